using Npgsql;
using NpgsqlTypes;

namespace GpuCredit.Host.EventStore.Rows;

/// <summary>
/// Each call is one statement, one round trip and, since nothing else is said, one transaction. Arrays stand for rows, so that the text is
/// always the same, and each connection prepares it once ("Max Auto Prepare"). Connections come from the pool that the plugin uses too.
/// </summary>
internal sealed class PostgresRows(string connectionString) : IEventRows
{
    /// <summary>What all rows have in common comes once.</summary>
    private const string AppendAlike =
        """
        INSERT INTO journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid)
        SELECT created, false, id, version, message, $5, $6, $7
        FROM unnest($1, $2, $3, $4) AS event (created, id, version, message)
        """;

    private const string Append =
        """
        INSERT INTO journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid)
        SELECT created, false, id, version, message, manifest, identifier, writer
        FROM unnest($1, $2, $3, $4, $5, $6, $7) AS event (created, id, version, message, manifest, identifier, writer)
        """;

    private const string Highest =
        """
        SELECT (SELECT sequence_number FROM journal WHERE persistence_id = account.id ORDER BY sequence_number DESC LIMIT 1)
        FROM unnest($1) WITH ORDINALITY AS account (id, place) ORDER BY place
        """;

    private const string Read =
        """
        SELECT sequence_number, created, message, manifest, identifier, writer_uuid FROM journal
        WHERE persistence_id = $1 AND sequence_number BETWEEN $2 AND $3 AND NOT deleted ORDER BY sequence_number LIMIT $4
        """;

    // The snapshot's bytes come once, with the first event. How long an event is, is known without reading it.
    private const string Wake =
        """
        SELECT place,
            newest.sequence_number, newest.created, CASE WHEN coalesce(event.nth, 1) = 1 THEN newest.snapshot END, newest.manifest, newest.serializer_id,
            event.sequence_number, event.created, event.message, event.manifest, event.identifier, event.writer_uuid, event.deleted
        FROM unnest($1) WITH ORDINALITY AS account (id, place)
        LEFT JOIN LATERAL (
            SELECT sequence_number, created, snapshot, manifest, serializer_id FROM snapshot
            WHERE persistence_id = account.id ORDER BY sequence_number DESC LIMIT 1) AS newest ON true
        LEFT JOIN LATERAL (
            SELECT * FROM (
                SELECT *, row_number() OVER upto AS nth, sum(octet_length(message)) OVER upto - octet_length(message) AS before
                FROM (
                    SELECT sequence_number, created, message, manifest, identifier, writer_uuid, deleted FROM journal
                    WHERE persistence_id = account.id AND sequence_number > coalesce(newest.sequence_number, 0) ORDER BY sequence_number LIMIT $2) AS first
                WINDOW upto AS (ORDER BY sequence_number ROWS UNBOUNDED PRECEDING)) AS counted
            WHERE before < $3) AS event ON true
        ORDER BY place, event.sequence_number
        """;

    private const string Through =
        """
        SELECT sequence_number, created, snapshot, manifest, serializer_id FROM snapshot
        WHERE persistence_id = $1 AND sequence_number <= $2 ORDER BY sequence_number DESC LIMIT 1
        """;

    /// <summary>Accounts that read events by a statement of their own at once, at most: the pool's other connections are for those that write.</summary>
    private const int PagesAtOnceMax = 4;

    private readonly SemaphoreSlim _pages = new(PagesAtOnceMax);

    public int Readers => 2;

    public async Task AppendAsync(IReadOnlyList<EventRow> rows)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var append = AppendOf(rows);
        append.Connection = connection;
        await append.ExecuteNonQueryAsync();
    }

    public async Task<IReadOnlyList<long>> HighestAsync(IReadOnlyList<string> persistenceIds)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var ask = new NpgsqlCommand(Highest, connection) { Parameters = { ArrayOf<string>([.. persistenceIds], NpgsqlDbType.Text) } };
        await using var answer = await ask.ExecuteReaderAsync();
        var highest = new List<long>(persistenceIds.Count);
        while (await answer.ReadAsync())
            highest.Add(answer.IsDBNull(0) ? 0 : answer.GetInt64(0));
        return highest;
    }

    public async IAsyncEnumerable<IReadOnlyList<EventRow>> ReadAsync(string persistenceId, long from, long to, int pageMax)
    {
        var page = new EventPage(pageMax);
        for (var isMore = true; isMore && from <= to;)
        {
            await _pages.WaitAsync();
            using var turn = new Turn(_pages);
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync();
            await using var ask = new NpgsqlCommand(Read, connection)
            {
                Parameters =
                {
                    new NpgsqlParameter<string> { TypedValue = persistenceId },
                    new NpgsqlParameter<long> { TypedValue = from },
                    new NpgsqlParameter<long> { TypedValue = to },
                    new NpgsqlParameter<int> { TypedValue = pageMax },
                },
            };
            await using var answer = await ask.ExecuteReaderAsync();
            var rows = 0;
            while (await answer.ReadAsync())
            {
                var version = answer.GetInt64(0);
                page.Add(EventRow.Of(persistenceId, answer, 0));
                (rows, from) = (rows + 1, version + 1);
                if (!page.IsFull)
                    continue;
                // The rows behind it are on their way already: who stopped here would be sent them again, for each page.
                yield return page.Rows;
                page = new(pageMax);
            }

            isMore = rows == pageMax;
        }

        if (page.Rows.Count > 0)
            yield return page.Rows;
    }

    public async Task<IReadOnlyList<StoredAccount>> WakeAsync(IReadOnlyList<string> persistenceIds)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var ask = new NpgsqlCommand(Wake, connection)
        {
            Parameters =
            {
                ArrayOf<string>([.. persistenceIds], NpgsqlDbType.Text),
                new NpgsqlParameter<int> { TypedValue = EventPage.FirstRowsMax },
                new NpgsqlParameter<long> { TypedValue = EventPage.FirstBytesMax },
            },
        };
        await using var answer = await ask.ExecuteReaderAsync();
        var stored = new StoredAccount[persistenceIds.Count];
        while (await answer.ReadAsync())
        {
            var place = (int)answer.GetInt64(0) - 1;
            stored[place] ??= new(answer.IsDBNull(1) ? null : SnapshotRow.Of(answer, 1), new(EventPage.FirstRowsMax, EventPage.FirstBytesMax));
            if (answer.IsDBNull(6))
                continue; // no events after it
            if (EventRow.IsWhole(answer, 6))
                stored[place].Events.Add(EventRow.Of(persistenceIds[place], answer, 6), isDeleted: answer.GetBoolean(12));
            else
                stored[place].Events.Break();
        }

        return stored;
    }

    public async Task<SnapshotRow?> SnapshotThroughAsync(string persistenceId, long version)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var ask = new NpgsqlCommand(Through, connection)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = persistenceId }, new NpgsqlParameter<long> { TypedValue = version } },
        };
        await using var answer = await ask.ExecuteReaderAsync();
        return await answer.ReadAsync()
            ? SnapshotRow.Of(answer, 0) : null;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static NpgsqlCommand AppendOf(IReadOnlyList<EventRow> rows)
    {
        var count = rows.Count;
        var created = new long[count];
        var ids = new string[count];
        var versions = new long[count];
        var messages = new byte[count][];
        var first = rows[0];
        var areAlike = true;
        for (var i = 0; i < count; i++)
        {
            var row = rows[i];
            created[i] = row.Created;
            ids[i] = row.PersistenceId;
            versions[i] = row.SequenceNr;
            messages[i] = row.Message;
            areAlike &= row.Manifest == first.Manifest && row.SerializerId == first.SerializerId && row.WriterUuid == first.WriterUuid;
        }

        var append = new NpgsqlCommand(areAlike ? AppendAlike : Append)
        {
            Parameters =
            {
                ArrayOf(created, NpgsqlDbType.Bigint),
                ArrayOf(ids, NpgsqlDbType.Text),
                ArrayOf(versions, NpgsqlDbType.Bigint),
                ArrayOf(messages, NpgsqlDbType.Bytea),
            },
        };
        if (areAlike)
        {
            append.Parameters.Add(new NpgsqlParameter<string> { TypedValue = first.Manifest, NpgsqlDbType = NpgsqlDbType.Text });
            append.Parameters.Add(new NpgsqlParameter<int> { TypedValue = first.SerializerId, NpgsqlDbType = NpgsqlDbType.Integer });
            append.Parameters.Add(new NpgsqlParameter<string> { TypedValue = first.WriterUuid, NpgsqlDbType = NpgsqlDbType.Text });
            return append;
        }

        append.Parameters.Add(ArrayOf<string>([.. rows.Select(row => row.Manifest)], NpgsqlDbType.Text));
        append.Parameters.Add(ArrayOf<int>([.. rows.Select(row => row.SerializerId)], NpgsqlDbType.Integer));
        append.Parameters.Add(ArrayOf<string>([.. rows.Select(row => row.WriterUuid)], NpgsqlDbType.Text));
        return append;
    }

    private static NpgsqlParameter<T[]> ArrayOf<T>(T[] values, NpgsqlDbType type) => new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };

    private readonly struct Turn(SemaphoreSlim turns) : IDisposable
    {
        public void Dispose() => turns.Release();
    }
}
