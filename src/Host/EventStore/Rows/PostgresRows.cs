using Npgsql;
using NpgsqlTypes;

namespace GpuCredit.Host.EventStore.Rows;

/// <summary>
/// Each call is one statement, one round trip and, since nothing else is said, one transaction. Arrays stand for rows, so that the text is
/// always the same, and each connection prepares it once ("Max Auto Prepare"). Connections come from the pool that the plugin uses too.
/// </summary>
internal sealed class PostgresRows(string connectionString) : IEventRows
{
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

    private const string Newest =
        """
        SELECT place, newest.*
        FROM unnest($1) WITH ORDINALITY AS account (id, place)
        CROSS JOIN LATERAL (
            SELECT sequence_number, created, snapshot, manifest, serializer_id FROM snapshot WHERE persistence_id = account.id ORDER BY sequence_number DESC LIMIT 1) AS newest
        """;

    private const string Through =
        """
        SELECT sequence_number, created, snapshot, manifest, serializer_id FROM snapshot
        WHERE persistence_id = $1 AND sequence_number <= $2 ORDER BY sequence_number DESC LIMIT 1
        """;

    public int Readers => 2;

    public async Task AppendAsync(IReadOnlyList<EventRow> rows)
    {
        var count = rows.Count;
        var created = new long[count];
        var ids = new string[count];
        var versions = new long[count];
        var messages = new byte[count][];
        var manifests = new string[count];
        var serializers = new int[count];
        var writers = new string[count];
        for (var i = 0; i < count; i++)
        {
            var row = rows[i];
            created[i] = row.Created;
            ids[i] = row.PersistenceId;
            versions[i] = row.SequenceNr;
            messages[i] = row.Message;
            manifests[i] = row.Manifest;
            serializers[i] = row.SerializerId;
            writers[i] = row.WriterUuid;
        }

        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var append = new NpgsqlCommand(Append, connection)
        {
            Parameters =
            {
                ArrayOf(created, NpgsqlDbType.Bigint),
                ArrayOf(ids, NpgsqlDbType.Text),
                ArrayOf(versions, NpgsqlDbType.Bigint),
                ArrayOf(messages, NpgsqlDbType.Bytea),
                ArrayOf(manifests, NpgsqlDbType.Text),
                ArrayOf(serializers, NpgsqlDbType.Integer),
                ArrayOf(writers, NpgsqlDbType.Text),
            },
        };
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
                page.Add(new(persistenceId, version, answer.GetInt64(1), answer.GetFieldValue<byte[]>(2), answer.GetString(3), answer.GetInt32(4), answer.GetString(5)));
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

    public async Task<IReadOnlyList<SnapshotRow?>> NewestSnapshotsAsync(IReadOnlyList<string> persistenceIds)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var ask = new NpgsqlCommand(Newest, connection) { Parameters = { ArrayOf<string>([.. persistenceIds], NpgsqlDbType.Text) } };
        await using var answer = await ask.ExecuteReaderAsync();
        var newest = new SnapshotRow?[persistenceIds.Count];
        while (await answer.ReadAsync())
        {
            newest[answer.GetInt64(0) - 1] = new SnapshotRow(
                answer.GetInt64(1), answer.GetInt64(2), answer.GetFieldValue<byte[]>(3), answer.GetString(4), answer.GetInt32(5));
        }

        return newest;
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
            ? new SnapshotRow(answer.GetInt64(0), answer.GetInt64(1), answer.GetFieldValue<byte[]>(2), answer.GetString(3), answer.GetInt32(4))
            : null;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static NpgsqlParameter<T[]> ArrayOf<T>(T[] values, NpgsqlDbType type) => new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };
}
