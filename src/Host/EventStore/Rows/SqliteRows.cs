using Microsoft.Data.Sqlite;

namespace GpuCredit.Host.EventStore.Rows;

/// <summary>
/// A connection and a thread for each kind of call, which block: what is written, what accounts wake from, and the long way to the same.
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
    private readonly SqliteStatements _waking;
    private readonly SqliteStatements _reading;

    public SqliteRows(string connectionString)
    {
        // The pool closes its connections when it likes.
        var unpooled = new SqliteConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;
        _writing = new("sqlite-write", unpooled, [(Append, ["$created", "$id", "$version", "$message", "$manifest", "$identifier", "$writer"])]);
        _waking = new("sqlite-wake", unpooled, [(Newest, ["$id"]), (After, ["$id", "$floor", "$max"])]);
        _reading = new("sqlite-read", unpooled, [(Highest, ["$id"]), (Read, ["$id", "$from", "$to", "$max"]), (Through, ["$id", "$through"])]);
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

    public Task<IReadOnlyList<long>> HighestAsync(IReadOnlyList<string> persistenceIds) => _reading.UseAsync(commands =>
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
            var values = commands[1].Parameters;
            values[0].Value = persistenceId;
            values[1].Value = first;
            values[2].Value = to;
            values[3].Value = pageMax;
            using var row = commands[1].ExecuteReader();
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

    public Task<SnapshotRow?> SnapshotThroughAsync(string persistenceId, long version) => _reading.UseAsync(commands =>
    {
        (commands[2].Parameters[0].Value, commands[2].Parameters[1].Value) = (persistenceId, version);
        using var row = commands[2].ExecuteReader();
        return row.Read() ? SnapshotRow.Of(row, 0) : null;
    });

    public async ValueTask DisposeAsync()
    {
        await _writing.DisposeAsync();
        await _waking.DisposeAsync();
        await _reading.DisposeAsync();
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
