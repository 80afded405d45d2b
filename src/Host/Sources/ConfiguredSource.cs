using System.Collections.Immutable;
using System.Diagnostics;
using GpuCredit.Host.Formats;
using GpuCredit.Host.Sources.Kafka;
using GpuCredit.Host.Sources.Nats;
using GpuCredit.Host.Sources.RabbitMq;

namespace GpuCredit.Host.Sources;

/// <summary>A source as it is set: read once at the start, and checked there.</summary>
/// <param name="Settings">What every kind has.</param>
/// <param name="Broker">Its kind, with that kind's settings.</param>
/// <param name="Format">How its messages are read.</param>
internal sealed record ConfiguredSource(SourceSettings Settings, IBroker Broker, IEntryFormat Format)
{
    /// <exception cref="Hosting.StartRefusedException">A setting is wrong; the sentence names it.</exception>
    public static ImmutableArray<ConfiguredSource> ReadAll(IConfiguration configuration) =>
        [.. configuration.GetSection(Hosting.SettingsSection.Key(SourceSection.All)).GetChildren().Select(Read)];

    private static ConfiguredSource Read(IConfigurationSection configuration)
    {
        var section = new SourceSection(configuration);
        return section.Kind() switch
        {
            SourceKind.Nats => NatsSettings.Read(section),
            SourceKind.RabbitMq => RabbitMqSettings.Read(section),
            SourceKind.Kafka => KafkaSettings.Read(section),
            _ => throw new UnreachableException(),
        };
    }
}
