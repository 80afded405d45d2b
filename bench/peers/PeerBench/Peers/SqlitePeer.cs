using Microsoft.Data.Sqlite;
using PeerBench.Work;

namespace PeerBench.Peers;

/// <summary>
/// sqlite-full and sqlite-normal: one writer in WAL mode, one table with one unique key and no ledger. NORMAL doesn't sync at a
/// commit, so what was acknowledged may be lost with the machine.
/// </summary>
internal sealed class SqlitePeer(string synchronous) : IPeer
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gpucredit-peers-sqlite-").FullName;
    private SqliteConnection? _connection;
    private SqliteCommand? _insert;

    public bool HasBalances => false;

    private SqliteConnection Connection => _connection ?? throw new InvalidOperationException("Not open.");

    public async Task OpenAsync()
    {
        _connection = new SqliteConnection($"Data Source={Path.Combine(_folder, "peer.db")};Pooling=false");
        await _connection.OpenAsync();
        Execute("pragma page_size=4096; pragma journal_mode=wal");
        Execute($"pragma synchronous={synchronous}");
        Execute("pragma cache_size=-262144; pragma wal_autocheckpoint=4000; pragma temp_store=memory");
        Execute("create table event(acct integer not null, event_id blob not null, kind integer, ts integer, amount integer, expires integer, primary key(acct,event_id)) without rowid");
        _insert = _connection.CreateCommand();
        _insert.CommandText = "insert into event values($a,$i,$k,$t,$m,$x) on conflict do nothing";
        foreach (var name in (ReadOnlySpan<string>)["$a", "$i", "$k", "$t", "$m", "$x"])
            _insert.Parameters.Add(name, name == "$i" ? SqliteType.Blob : SqliteType.Integer);
        _insert.Prepare();
    }

    public Task<bool> PutAsync(int worker, WorkEntry entry)
    {
        lock (Connection)
            return Task.FromResult(Insert(entry) == 1);
    }

    public Task PutBatchAsync(int worker, WorkEntry[] entries)
    {
        lock (Connection)
        {
            using var transaction = Connection.BeginTransaction();
            _insert!.Transaction = transaction;
            foreach (var entry in entries)
                Insert(entry);
            transaction.Commit();
            _insert.Transaction = null;
        }

        return Task.CompletedTask;
    }

    public Task<long> BalanceAsync(int worker, long account, long at) => throw new NotSupportedException();

    public Task PreloadAsync(IReadOnlyList<WorkEntry> entries) => throw new NotSupportedException();

    public IEnumerable<int> ServerProcesses() => [];

    public Task<long> BytesOnDiskAsync() => Task.FromResult(new DirectoryInfo(_folder).GetFiles().Sum(file => file.Length));

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
            await connection.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private void Execute(string statement)
    {
        using var command = Connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }

    private int Insert(in WorkEntry entry)
    {
        var parameters = _insert!.Parameters;
        parameters[0].Value = entry.Account;
        parameters[1].Value = entry.Id.ToByteArray();
        parameters[2].Value = (long)entry.Kind;
        parameters[3].Value = entry.Timestamp;
        parameters[4].Value = entry.Amount;
        parameters[5].Value = entry.End;
        return _insert.ExecuteNonQuery();
    }
}
