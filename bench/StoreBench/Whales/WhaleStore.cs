using System.Globalization;
using Microsoft.Data.Sqlite;
using Postgres;

namespace StoreBench.Whales;

/// <summary>An empty event store, looked into from outside.</summary>
internal sealed class WhaleStore : IAsyncDisposable
{
    private const string Database = "whales";
    private const string PersistenceId = "account-" + WhaleHistory.AccountId;

    private readonly PostgresServer? _server;
    private readonly string _folder;

    private WhaleStore(PostgresServer? server, string folder) => (_server, _folder) = (server, folder);

    /// <summary>For the Host's command line.</summary>
    public string[] Settings => _server is { } server
        ? ["--GpuCredit:Store", "postgres", "--GpuCredit:ConnectionString", server.ConnectionString(Database)]
        : ["--GpuCredit:ConnectionString", $"Data Source={DatabaseFile}"];

    private string DatabaseFile => Path.Combine(_folder, "gpucredit.db");

    public static async Task<WhaleStore> CreateAsync(bool postgres)
    {
        var folder = Directory.CreateTempSubdirectory("gpucredit-whales-").FullName;
        var server = postgres ? await PostgresServer.StartAsync() : null;
        if (server is not null)
            await server.CreateDatabaseAsync(Database);
        return new(server, folder);
    }

    /// <summary>The rows of the whale's snapshot, and their bytes.</summary>
    public async Task<(long Rows, long Bytes)> SnapshotAsync() => (
        await AskAsync($"SELECT count(*) FROM snapshot WHERE persistence_id = '{PersistenceId}'"),
        await AskAsync($"SELECT coalesce(sum(length(snapshot)), 0) FROM snapshot WHERE persistence_id = '{PersistenceId}'"));

    /// <summary>Events after the newest row, and the entries' bytes in them.</summary>
    public async Task<(long Events, long Bytes)> TailAsync()
    {
        const string After = $"persistence_id = '{PersistenceId}' AND sequence_number > (SELECT coalesce(max(sequence_number), 0) FROM snapshot WHERE persistence_id = '{PersistenceId}')";
        return (await AskAsync($"SELECT count(*) FROM journal WHERE {After}"), await AskAsync($"SELECT coalesce(sum(length(message)), 0) FROM journal WHERE {After}"));
    }

    public async Task ForgetSnapshotAsync() => await AskAsync($"DELETE FROM snapshot WHERE persistence_id = '{PersistenceId}'");

    public async ValueTask DisposeAsync()
    {
        if (_server is { } server)
            await server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<long> AskAsync(string question)
    {
        if (_server is { } server)
            return Convert.ToInt64(await server.AskAsync(Database, question), CultureInfo.InvariantCulture);
        await using var connection = new SqliteConnection($"Data Source={DatabaseFile};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = question;
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }
}
