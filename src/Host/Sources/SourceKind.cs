namespace GpuCredit.Host.Sources;

/// <summary>What a source's messages come from.</summary>
internal enum SourceKind
{
    Nats,
    RabbitMq,
    Kafka,
}
