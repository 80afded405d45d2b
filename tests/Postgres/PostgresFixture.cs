namespace Postgres;

/// <summary>One server for all tests that need nothing of it but a database of their own.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private PostgresServer? _server;
    private int _databases;

    internal PostgresServer Server => _server ?? throw new InvalidOperationException("PostgreSQL isn't installed.");

    /// <summary>An empty database of the product's role.</summary>
    internal async Task<(string Name, string ConnectionString)> CreateDatabaseAsync()
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        return (name, await Server.CreateDatabaseAsync(name));
    }

    public async Task InitializeAsync()
    {
        if (PostgresFactAttribute.WhySkipped is null)
            _server = await PostgresServer.StartAsync();
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }
}
