using System.Threading.Channels;
using Npgsql;
using PeerBench.Peers.Postgres;
using PeerBench.Work;

namespace PeerBench.Peers.Orleans;

/// <summary>The grains' table of events: read by account, written for one account at once or by writers that gather from all.</summary>
internal sealed class EventTable : IAsyncDisposable
{
    private const string Schema = "ol";
    private const int EntriesEachStatementMax = 500;

    private readonly Channel<(WorkEntry Entry, TaskCompletionSource Stored)> _waiting = Channel.CreateUnbounded<(WorkEntry, TaskCompletionSource)>();
    private readonly Channel<Appender> _free = Channel.CreateUnbounded<Appender>();
    private readonly List<NpgsqlConnection> _connections = [];
    private readonly List<Appender> _appenders = [];
    private readonly List<Task> _writers = [];
    private readonly NpgsqlDataSource _reading;

    private EventTable(PeerDatabase database) => _reading = NpgsqlDataSource.Create(database.ConnectionString("Maximum Pool Size=16"));

    /// <param name="database">Where it is.</param>
    /// <param name="writers">Connections that gather the entries of all accounts.</param>
    /// <param name="pool">Connections for writes of one account.</param>
    public static async Task<EventTable> OpenAsync(PeerDatabase database, int writers, int pool)
    {
        var table = new EventTable(database);
        for (var i = 0; i < writers; i++)
        {
            var appender = await table.AppenderAsync(database);
            table._writers.Add(Task.Run(() => table.WriteAsync(appender)));
        }

        for (var i = 0; i < pool; i++)
            table._free.Writer.TryWrite(await table.AppenderAsync(database));
        return table;
    }

    public async Task<PlainAccount> ReadAsync(long number)
    {
        var account = new PlainAccount();
        await using var command = _reading.CreateCommand("select event_id,kind,ts,amount,expires from ol.event where acct=$1 order by ts,kind");
        command.CommandTimeout = 600;
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = number });
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
            account.Add(new WorkEntry(number, rows.GetGuid(0), (byte)rows.GetInt16(1), rows.GetInt64(2), rows.GetInt64(3), rows.GetInt64(4)));
        return account;
    }

    /// <summary>In the next statement of a writer, with what others have waiting.</summary>
    public Task AppendWithOthersAsync(WorkEntry entry)
    {
        var stored = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Writer.TryWrite((entry, stored));
        return stored.Task;
    }

    public async Task AppendAsync(WorkEntry[] entries)
    {
        var appender = await _free.Reader.ReadAsync();
        try
        {
            await appender.AppendAsync(entries);
        }
        finally
        {
            _free.Writer.TryWrite(appender);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.Complete();
        await Task.WhenAll(_writers);
        foreach (var appender in _appenders)
            appender.Dispose();
        foreach (var connection in _connections)
            await connection.DisposeAsync();
        await _reading.DisposeAsync();
    }

    private async Task<Appender> AppenderAsync(PeerDatabase database)
    {
        var connection = await database.OpenAsync();
        _connections.Add(connection);
        var appender = new Appender(connection, Schema);
        _appenders.Add(appender);
        return appender;
    }

    private async Task WriteAsync(Appender appender)
    {
        var entries = new List<WorkEntry>();
        var callers = new List<TaskCompletionSource>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            entries.Clear();
            callers.Clear();
            while (entries.Count < EntriesEachStatementMax && _waiting.Reader.TryRead(out var next))
            {
                entries.Add(next.Entry);
                callers.Add(next.Stored);
            }

            if (entries.Count == 0)
                continue;
            try
            {
                await appender.AppendAsync(entries);
                foreach (var caller in callers)
                    caller.SetResult();
            }
            catch (Exception fault)
            {
                foreach (var caller in callers)
                    caller.SetException(fault);
            }
        }
    }
}
