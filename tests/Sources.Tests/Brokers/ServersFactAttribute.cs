using Postgres;

namespace Sources.Tests.Brokers;

/// <summary>A test that is skipped, and says so, on a developer's machine without nats-server, rabbitmq-server or PostgreSQL. With CI=true it runs, and fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ServersFactAttribute : FactAttribute
{
    public ServersFactAttribute() => Skip = Programs.WhySkipped("nats-server") ?? Programs.WhySkipped("rabbitmq-server") ?? PostgresFactAttribute.WhySkipped;
}
