namespace Sources.Tests.Brokers;

/// <summary>A test that is skipped, and says so, on a developer's machine without rabbitmq-server. With CI=true it runs, and fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RabbitMqFactAttribute : FactAttribute
{
    public RabbitMqFactAttribute() => Skip = Programs.WhySkipped("rabbitmq-server");
}
