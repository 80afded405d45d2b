namespace Sources.Tests.Brokers;

/// <summary>A test that is skipped, and says so, on a developer's machine without nats-server. With CI=true it runs, and fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NatsFactAttribute : FactAttribute
{
    public NatsFactAttribute() => Skip = Programs.WhySkipped("nats-server");
}
