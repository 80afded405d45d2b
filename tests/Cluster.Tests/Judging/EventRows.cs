using System.Data.Common;

namespace Cluster.Tests.Judging;

/// <summary>Looks into the event store itself.</summary>
internal static class EventRows
{
    private const string PersistencePrefix = "account-";

    /// <summary>The rows of each account are numbered 1, 2, 3 … up to its version; that none is there twice is the unique key's.</summary>
    /// <param name="connection">To the store's database; not open yet.</param>
    /// <param name="versions">The accounts, and the version that each has.</param>
    /// <returns>A sentence for every account that isn't as it should be.</returns>
    public static async Task<IReadOnlyList<string>> CheckAsync(DbConnection connection, IReadOnlyDictionary<string, long> versions)
    {
        var sentences = new List<string>();
        var rows = new Dictionary<string, (long Count, long First, long Last)>();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT persistence_id, COUNT(*), MIN(sequence_number), MAX(sequence_number) FROM journal GROUP BY persistence_id";
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            rows[reader.GetString(0)] = (reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));

        foreach (var (account, version) in versions)
        {
            var row = rows.GetValueOrDefault(PersistencePrefix + account);
            if (row != (version, version == 0 ? 0 : 1, version))
                sentences.Add($"{account} is at version {version}; the event store has {row.Count} rows for it, from {row.First} to {row.Last}");
        }

        return sentences;
    }
}
