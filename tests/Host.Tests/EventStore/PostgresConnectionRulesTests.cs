using GpuCredit.Host.EventStore;
using GpuCredit.Host.Hosting;

namespace Host.Tests.EventStore;

public sealed class PostgresConnectionRulesTests
{
    private const string Secret = "s3cret";

    [Fact]
    public void What_is_not_said_has_a_default_that_ends_within_the_journals_patience()
    {
        var read = PostgresConnectionRules.Read("Host=db;Database=credits");

        Assert.Equal(5, read.Timeout);
        Assert.Equal(10, read.CommandTimeout);
        Assert.Equal(20, read.MaxPoolSize);
        Assert.Equal(10, read.KeepAlive);
        Assert.Equal("GpuCredit", read.ApplicationName);
        Assert.Contains("-c synchronous_commit=on", read.Options, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_said_is_kept_and_nothing_goes_before_a_commit_that_is_on_disk()
    {
        var read = PostgresConnectionRules.Read("Host=db;Database=credits;Timeout=2;Command Timeout=15;Maximum Pool Size=60;Keepalive=0;Application Name=books;Options=-c synchronous_commit=off");

        Assert.Equal(2, read.Timeout);
        Assert.Equal(15, read.CommandTimeout);
        Assert.Equal(60, read.MaxPoolSize);
        Assert.Equal(0, read.KeepAlive);
        Assert.Equal("books", read.ApplicationName);
        Assert.True(read.Options!.LastIndexOf("synchronous_commit=on", StringComparison.Ordinal) > read.Options.IndexOf("synchronous_commit=off", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_several_servers_the_one_that_takes_writes_is_taken() =>
        Assert.Equal("primary", PostgresConnectionRules.Read("Host=db1,db2;Database=credits").TargetSessionAttributes);

    [Theory]
    [InlineData(null, "is missing")]
    [InlineData(" ", "is missing")]
    [InlineData("Database=credits", "names no server")]
    [InlineData("Host=db", "names no database")]
    [InlineData("Host=db;Database=c;Pooling=false", "says Pooling=false")]
    [InlineData("Host=db;Database=c;Multiplexing=true", "says Multiplexing=true")]
    [InlineData("Host=db;Database=c;Timeout=0", "says Timeout=0 and Command Timeout=10")]
    [InlineData("Host=db;Database=c;Command Timeout=0", "says Timeout=5 and Command Timeout=0")]
    [InlineData("Host=db;Database=c;Command Timeout=13", "says Timeout=5 and Command Timeout=13")]
    [InlineData("Host=db;Database=c;Timeout=1024;Command Timeout=2147483647", "says Timeout=1024 and Command Timeout=2147483647")]
    [InlineData("Host=db;Database=c;Maximum Pool Size=19", "says Maximum Pool Size=19")]
    [InlineData("Host=db1,db2;Database=c;Target Session Attributes=standby", "says Target Session Attributes=standby")]
    [InlineData("Host=db;Database=c;Usrname=me", "can't be read as one for PostgreSQL (by 'usrname')")]
    [InlineData("Host=db;Database=c;Port=many", "can't be read as one for PostgreSQL")]
    [InlineData("Host=db;Database=c;Port=0", "can't be read as one for PostgreSQL")]
    [InlineData("Host=db;Database=c;Minimum Pool Size=31", "says Minimum Pool Size=31")]
    [InlineData("Data Source=l.db", "can't be read as one for PostgreSQL")]
    [InlineData("db", "can't be read as one for PostgreSQL")]
    [InlineData($"Host=db;Database=c;Password=a;{Secret}", "can't be read as one for PostgreSQL")]
    [InlineData($"Host=db;Database=c;Password=a;{Secret}=b", "can't be read as one for PostgreSQL")]
    [InlineData($"Host=db;Database=c;pwd=a;{Secret}=b", "can't be read as one for PostgreSQL")]
    [InlineData($"Host=db;Database=c;Passwrd={Secret}", "can't be read as one for PostgreSQL")]
    [InlineData($"Host=db;Database=c;Password={Secret};Pooling=false", "says Pooling=false")]
    public void What_the_store_cant_work_with_is_refused_by_name_and_never_shows_a_password(string? connectionString, string what)
    {
        var refused = Assert.Throws<StartRefusedException>(() => PostgresConnectionRules.Read(connectionString));

        Assert.StartsWith($"GpuCredit:ConnectionString {what}", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, refused.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void The_stores_description_shows_server_and_database_only() =>
        Assert.Equal(
            "PostgreSQL credits on db:5433",
            EventStoreTarget.From(StoreKind.Postgres, $"Host=db;Port=5433;Database=credits;Username=me;Password={Secret}", "/", shards: 100).Description);
}
