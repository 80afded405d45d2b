using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace StoreBench;

/// <summary>What the disk and SQLite give without any actor: one connection, prepared statements, WAL, a sync at each commit.</summary>
internal static class RawCommits
{
    public static async Task<Measured> RunAsync(string folder, int rowsEachCommit, int commits)
    {
        var path = Path.Combine(folder, $"raw-{rowsEachCommit}.db");
        try
        {
            await using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
            connection.Open();
            Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE journal (ordering INTEGER PRIMARY KEY, persistence_id TEXT NOT NULL, sequence_number INTEGER NOT NULL, message BLOB NOT NULL, UNIQUE (persistence_id, sequence_number))");
            await using var insert = connection.CreateCommand();
            insert.CommandText = "INSERT INTO journal (persistence_id, sequence_number, message) VALUES ($id, $n, $m)";
            var id = insert.Parameters.Add("$id", SqliteType.Text);
            var number = insert.Parameters.Add("$n", SqliteType.Integer);
            insert.Parameters.Add("$m", SqliteType.Blob).Value = EntryBytes.Sample();
            var latencies = new TimeSpan[commits];
            var row = 0;
            var span = Span.Begin();
            for (var commit = 0; commit < commits; commit++)
            {
                var since = Stopwatch.GetTimestamp();
                using (var transaction = connection.BeginTransaction())
                {
                    insert.Transaction = transaction;
                    for (var i = 0; i < rowsEachCommit; i++, row++)
                    {
                        id.Value = $"account-{row % 500}";
                        number.Value = row / 500;
                        insert.ExecuteNonQuery();
                    }

                    transaction.Commit();
                }

                latencies[commit] = Stopwatch.GetElapsedTime(since);
            }

            var (elapsed, cpu) = span.End();
            return new Measured($"SQLite alone, {rowsEachCommit} row{(rowsEachCommit == 1 ? "" : "s")} a commit", row, row, commits, elapsed, cpu, latencies);
        }
        finally
        {
            foreach (var file in Directory.GetFiles(folder, Path.GetFileName(path) + "*"))
                File.Delete(file);
        }
    }

    private static void Execute(SqliteConnection connection, string statement)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }
}
