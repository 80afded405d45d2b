namespace Sources.Tests.Brokers;

/// <inheritdoc cref="RabbitMqFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RabbitMqTheoryAttribute : TheoryAttribute
{
    public RabbitMqTheoryAttribute() => Skip = Programs.WhySkipped("rabbitmq-server");
}
