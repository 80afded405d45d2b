using Postgres;

namespace Host.Tests.EventStore;

[CollectionDefinition(Name)]
public sealed class SharedPostgres : ICollectionFixture<PostgresFixture>
{
    public const string Name = "one shared PostgreSQL";
}
