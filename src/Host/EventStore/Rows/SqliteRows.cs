using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace GpuCredit.Host.EventStore.Rows;

/// <summary>
/// A connection for each statement, with the statement prepared, as long as it works. SQLite's calls block, so each keeps a
/// thread while it is at it. A connection that has failed is replaced.
/// </summary>
internal sealed class SqliteRows : IEventRows
{
    private const string Append =
        """
        INSERT INTO journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid)
        VALUES ($created, 0, $id, $version, $message, $manifest, $identifier, $writer)
        """;

    private const string Highest = "SELECT max(sequence_number) FROM journal WHERE persistence_id = $id";

    private const string Read =
        """
        SELECT sequence_number, created, message, manifest, identifier, writer_uuid FROM journal
        WHERE persistence_id = $id AND sequence_number BETWEEN $from AND $to AND NOT deleted ORDER BY sequence_number LIMIT $max
        """;

    private const string Newest =
        "SELECT sequence_number, created, snapshot, manifest, serializer_id FROM snapshot WHERE persistence_id = $id ORDER BY sequence_number DESC LIMIT 1";

    private const string Through =
        "SELECT sequence_number, created, snapshot, manifest, serializer_id FROM snapshot WHERE persistence_id = $id AND sequence_number <= $through ORDER BY sequence_number DESC LIMIT 1";

    private readonly Held _writing;
    private readonly Held _highest;
    private readonly Held _reading;
    private readonly Held _newest;
    private readonly Held _through;

    public SqliteRows(string connectionString)
    {
        // The pool closes its connections when it likes.
        var unpooled = new SqliteConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;
        _writing = new(unpooled, Append, "$created", "$id", "$version", "$message", "$manifest", "$identifier", "$writer");
        _highest = new(unpooled, Highest, "$id");
        _reading = new(unpooled, Read, "$id", "$from", "$to", "$max");
        _newest = new(unpooled, Newest, "$id");
        _through = new(unpooled, Through, "$id", "$through");
    }

    public int Readers => 1;

    public Task AppendAsync(IReadOnlyList<EventRow> rows) => _writing.UseAsync(command =>
    {
        using var transaction = command.Connection!.BeginTransaction();
        command.Transaction = transaction;
        var values = command.Parameters;
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            values[0].Value = row.Created;
            values[1].Value = row.PersistenceId;
            values[2].Value = row.SequenceNr;
            values[3].Value = row.Message;
            values[4].Value = row.Manifest;
            values[5].Value = row.SerializerId;
            values[6].Value = row.WriterUuid;
            command.ExecuteNonQuery();
        }

        transaction.Commit();
        return true;
    });

    public Task<IReadOnlyList<long>> HighestAsync(IReadOnlyList<string> persistenceIds) =>
        ForEachAsync(_highest, persistenceIds, row => row.Read() && !row.IsDBNull(0) ? row.GetInt64(0) : 0);

    public IAsyncEnumerable<IReadOnlyList<EventRow>> ReadAsync(string persistenceId, long from, long to, int pageMax) =>
        EventPage.ReadAllAsync(from, to, first => _reading.UseAsync(command =>
        {
            var values = command.Parameters;
            values[0].Value = persistenceId;
            values[1].Value = first;
            values[2].Value = to;
            values[3].Value = pageMax;
            using var row = command.ExecuteReader();
            var page = new EventPage(pageMax);
            while (!page.IsFull && row.Read())
                page.Add(new(persistenceId, row.GetInt64(0), row.GetInt64(1), row.GetFieldValue<byte[]>(2), row.GetString(3), row.GetInt32(4), row.GetString(5)));
            return page;
        }));

    public Task<IReadOnlyList<SnapshotRow?>> NewestSnapshotsAsync(IReadOnlyList<string> persistenceIds) =>
        ForEachAsync(_newest, persistenceIds, SnapshotOf);

    public Task<SnapshotRow?> SnapshotThroughAsync(string persistenceId, long version) => _through.UseAsync(command =>
    {
        (command.Parameters[0].Value, command.Parameters[1].Value) = (persistenceId, version);
        using var row = command.ExecuteReader();
        return SnapshotOf(row);
    });

    public ValueTask DisposeAsync()
    {
        _writing.Dispose();
        _highest.Dispose();
        _reading.Dispose();
        _newest.Dispose();
        _through.Dispose();
        return ValueTask.CompletedTask;
    }

    private static SnapshotRow? SnapshotOf(SqliteDataReader row) => row.Read()
        ? new SnapshotRow(row.GetInt64(0), row.GetInt64(1), row.GetFieldValue<byte[]>(2), row.GetString(3), row.GetInt32(4))
        : null;

    private static Task<IReadOnlyList<T>> ForEachAsync<T>(Held reading, IReadOnlyList<string> persistenceIds, Func<SqliteDataReader, T> read) => reading.UseAsync(command =>
    {
        var answers = new T[persistenceIds.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            command.Parameters[0].Value = persistenceIds[i];
            using var row = command.ExecuteReader();
            answers[i] = read(row);
        }

        return (IReadOnlyList<T>)answers;
    });

    /// <summary>A connection with its one statement, used by one at a time.</summary>
    private sealed class Held(string connectionString, string statement, params string[] parameters) : IDisposable
    {
        private readonly SemaphoreSlim _turn = new(1);
        private SqliteCommand? _command;

        public async Task<T> UseAsync<T>(Func<SqliteCommand, T> use)
        {
            await _turn.WaitAsync();
            try
            {
                return await Task.Run(() => use(_command ??= Open())); // whoever waits for it may have a limit
            }
            catch (DbException)
            {
                Close();
                throw;
            }
            finally
            {
                _turn.Release();
            }
        }

        public void Dispose()
        {
            Close();
            _turn.Dispose();
        }

        private SqliteCommand Open()
        {
            var connection = new SqliteConnection(connectionString);
            try
            {
                connection.Open();
                SqlitePragmas.Apply(connection);
                var command = connection.CreateCommand();
                command.CommandText = statement;
                foreach (var parameter in parameters)
                    command.Parameters.Add(new SqliteParameter { ParameterName = parameter });
                return command;
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }

        private void Close()
        {
            var connection = _command?.Connection;
            _command?.Dispose();
            _command = null;
            connection?.Dispose();
        }
    }
}
