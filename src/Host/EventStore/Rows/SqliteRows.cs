using Microsoft.Data.Sqlite;

namespace GpuCredit.Host.EventStore.Rows;

/// <summary>
/// A connection for each kind of call, with its statements prepared, as long as it works. SQLite's calls block, so each keeps a
/// thread while it is at it.
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

    private const string After =
        """
        SELECT sequence_number, created, message, manifest, identifier, writer_uuid, deleted FROM journal
        WHERE persistence_id = $id AND sequence_number > $floor ORDER BY sequence_number LIMIT $max
        """;

    private readonly SqliteStatements _writing;
    private readonly SqliteStatements _highest;
    private readonly SqliteStatements _reading;
    private readonly SqliteStatements _waking;
    private readonly SqliteStatements _through;

    public SqliteRows(string connectionString)
    {
        // The pool closes its connections when it likes.
        var unpooled = new SqliteConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;
        _writing = new(unpooled, [(Append, ["$created", "$id", "$version", "$message", "$manifest", "$identifier", "$writer"])]);
        _highest = new(unpooled, [(Highest, ["$id"])]);
        _reading = new(unpooled, [(Read, ["$id", "$from", "$to", "$max"])]);
        _waking = new(unpooled, [(Newest, ["$id"]), (After, ["$id", "$floor", "$max"])]);
        _through = new(unpooled, [(Through, ["$id", "$through"])]);
    }

    public int Readers => 1;

    public Task AppendAsync(IReadOnlyList<EventRow> rows) => _writing.UseAsync(commands =>
    {
        var append = commands[0];
        using var transaction = append.Connection!.BeginTransaction();
        append.Transaction = transaction;
        var values = append.Parameters;
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
            append.ExecuteNonQuery();
        }

        transaction.Commit();
        return true;
    });

    public Task<IReadOnlyList<long>> HighestAsync(IReadOnlyList<string> persistenceIds) => _highest.UseAsync(commands =>
    {
        var answers = new long[persistenceIds.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            commands[0].Parameters[0].Value = persistenceIds[i];
            answers[i] = commands[0].ExecuteScalar() is long highest ? highest : 0;
        }

        return (IReadOnlyList<long>)answers;
    });

    public IAsyncEnumerable<IReadOnlyList<EventRow>> ReadAsync(string persistenceId, long from, long to, int pageMax) =>
        EventPage.ReadAllAsync(from, to, first => _reading.UseAsync(commands =>
        {
            var values = commands[0].Parameters;
            values[0].Value = persistenceId;
            values[1].Value = first;
            values[2].Value = to;
            values[3].Value = pageMax;
            using var row = commands[0].ExecuteReader();
            var page = new EventPage(pageMax);
            while (!page.IsFull && row.Read())
                page.Add(EventRow.Of(persistenceId, row, 0));
            return page;
        }));

    public Task<IReadOnlyList<StoredAccount>> WakeAsync(IReadOnlyList<string> persistenceIds) => _waking.UseAsync(commands =>
    {
        // One transaction for each account's own instant, and for all since it costs less. It takes no lock that anybody waits for.
        using var transaction = commands[0].Connection!.BeginTransaction(deferred: true);
        var stored = new StoredAccount[persistenceIds.Count];
        foreach (var command in commands)
            command.Transaction = transaction;
        for (var i = 0; i < stored.Length; i++)
        {
            var newest = NewestOf(persistenceIds[i], commands[0]);
            stored[i] = new(newest, EventsAfter(newest?.SequenceNr ?? 0, persistenceIds[i], commands[1]));
        }

        transaction.Commit();
        return (IReadOnlyList<StoredAccount>)stored;
    });

    public Task<SnapshotRow?> SnapshotThroughAsync(string persistenceId, long version) => _through.UseAsync(commands =>
    {
        (commands[0].Parameters[0].Value, commands[0].Parameters[1].Value) = (persistenceId, version);
        using var row = commands[0].ExecuteReader();
        return row.Read() ? SnapshotRow.Of(row, 0) : null;
    });

    public ValueTask DisposeAsync()
    {
        _writing.Dispose();
        _highest.Dispose();
        _reading.Dispose();
        _waking.Dispose();
        _through.Dispose();
        return ValueTask.CompletedTask;
    }

    private static SnapshotRow? NewestOf(string persistenceId, SqliteCommand newest)
    {
        newest.Parameters[0].Value = persistenceId;
        using var row = newest.ExecuteReader();
        return row.Read() ? SnapshotRow.Of(row, 0) : null;
    }

    private static EventPage EventsAfter(long floor, string persistenceId, SqliteCommand after)
    {
        after.Parameters[0].Value = persistenceId;
        after.Parameters[1].Value = floor;
        after.Parameters[2].Value = EventPage.FirstRowsMax;
        using var row = after.ExecuteReader();
        var page = new EventPage(EventPage.FirstRowsMax, EventPage.FirstBytesMax);
        while (!page.IsFull && row.Read())
        {
            if (EventRow.IsWhole(row, 0))
                page.Add(EventRow.Of(persistenceId, row, 0), isDeleted: row.GetBoolean(6));
            else
                page.Break();
        }

        return page;
    }
}
