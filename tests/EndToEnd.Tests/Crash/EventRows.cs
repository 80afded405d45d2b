using Microsoft.Data.Sqlite;

namespace EndToEnd.Tests.Crash;

/// <summary>Looks into the store's file itself, while no Host runs.</summary>
internal static class EventRows
{
    /// <summary>The file is sound, and the rows of each account are numbered 1, 2, 3 … up to its version.</summary>
    public static void AssertUnbroken(string folder, IReadOnlyDictionary<string, long> versions)
    {
        using var connection = new SqliteConnection($"Data Source={Directory.GetFiles(Path.Combine(folder, "data"), "*.db").Single()}");
        connection.Open();

        Assert.Equal("ok", Query(connection, "PRAGMA integrity_check", reader => reader.GetString(0)).Single());

        var rows = Query(
            connection,
            "SELECT persistence_id, COUNT(*), MIN(sequence_number), MAX(sequence_number) FROM journal GROUP BY persistence_id",
            reader => (Id: reader.GetString(0), Count: reader.GetInt64(1), First: reader.GetInt64(2), Last: reader.GetInt64(3)));
        Assert.Equal(
            versions.Select(pair => (pair.Key, pair.Value, First: 1L, Last: pair.Value)).Order(),
            versions.Keys.Select(account => rows.Single(row => row.Id == "account-" + account))
                .Zip(versions.Keys, (row, account) => (account, row.Count, row.First, row.Last)).Order());
    }

    private static List<T> Query<T>(SqliteConnection connection, string sql, Func<SqliteDataReader, T> read)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(read(reader));
        return rows;
    }
}
