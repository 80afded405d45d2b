using GpuCredit.Host.EventStore;
using GpuCredit.Host.Hosting;
using Microsoft.Data.Sqlite;

namespace Host.Tests.EventStore;

public sealed class SqliteConnectionRulesTests
{
    [Theory]
    [InlineData(null, "/srv/data/gpucredit.db")]
    [InlineData("Data Source=books/ledger.db", "/srv/books/ledger.db")]
    [InlineData("Data Source=/var/lib/ledger.db", "/var/lib/ledger.db")]
    public void A_path_is_relative_to_the_working_directory(string? connectionString, string path) =>
        Assert.Equal(path, SqliteConnectionRules.Read(connectionString, "/srv").DataSource);

    [Fact]
    public void A_locked_file_is_waited_for_as_long_as_the_connection_string_says()
    {
        Assert.Equal(5, SqliteConnectionRules.Read(null, "/srv").DefaultTimeout);
        Assert.Equal(2, SqliteConnectionRules.Read("Data Source=l.db;Default Timeout=2", "/srv").DefaultTimeout);
        // The driver's own default, given on purpose, is not taken for ours.
        Assert.Throws<StartRefusedException>(() => SqliteConnectionRules.Read("Data Source=l.db;Default Timeout=30", "/srv"));
    }

    [Theory]
    [InlineData("Data Source=l.db;Cache=Shared", "says Cache=Shared")]
    [InlineData("Data Source=l.db;Mode=ReadOnly", "says Mode=ReadOnly")]
    [InlineData("Data Source=l.db;Mode=Memory", "asks for a database in memory")]
    [InlineData("Data Source=:memory:", "asks for a database in memory")]
    [InlineData("Data Source=file:l.db?mode=rw", "names 'file:l.db?mode=rw'")]
    [InlineData("Data Source=|DataDirectory|l.db", "names '|DataDirectory|l.db'")]
    [InlineData("Pooling=true", "names no file")]
    [InlineData("Data Source=l.db;Password=x", "has a password")]
    [InlineData("Data Source=l.db;Default Timeout=0", "says Default Timeout=0")]
    [InlineData("Data Source=l.db;Default Timeout=16", "says Default Timeout=16")]
    [InlineData("Host=db;Username=me", "can't be read as one for SQLite")]
    [InlineData("Data Source=l.db;Default Timeout=soon", "can't be read as one for SQLite")]
    [InlineData("Data Source=l.db;Mode=Sometimes", "can't be read as one for SQLite")]
    [InlineData("l.db", "can't be read as one for SQLite")]
    public void What_the_store_cant_work_with_is_refused_by_name(string connectionString, string what)
    {
        var refused = Assert.Throws<StartRefusedException>(() => SqliteConnectionRules.Read(connectionString, "/srv"));

        Assert.StartsWith($"GpuCredit:ConnectionString {what}", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_connection_syncs_at_each_commit_and_waits_for_a_lock()
    {
        using var folder = new TemporaryFolder();
        using var connection = new SqliteConnection(SqliteConnectionRules.Read("Data Source=l.db;Pooling=False;Default Timeout=2", folder.Path).ConnectionString);
        connection.Open();

        SqlitePragmas.Apply(connection);

        Assert.Equal("2", connection.Ask("PRAGMA synchronous")); // FULL
        Assert.Equal("2000", connection.Ask("PRAGMA busy_timeout"));
        Assert.Equal("1000", connection.Ask("PRAGMA wal_autocheckpoint"));
        Assert.Equal("67108864", connection.Ask("PRAGMA journal_size_limit"));
    }
}
