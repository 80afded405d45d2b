using Akka.Configuration;

namespace CreditActors.Accounts;

/// <summary>The settings under <c>gpucredit.account</c>; hocon/reference.conf explains each and gives its default.</summary>
internal sealed record AccountSettings(
    int EventEntriesMax,
    int WaitingEntriesMax,
    TimeSpan PassivateAfter,
    WriteGateSettings WriteGate,
    SnapshotSettings Snapshot)
{
    /// <summary>The reference file inside this assembly: the defaults, whatever files a host brings along.</summary>
    public static Config Reference { get; } = ConfigurationFactory.FromResource("reference.conf", typeof(AccountSettings).Assembly);

    public static AccountSettings From(Config system)
    {
        var config = system.WithFallback(Reference).GetConfig("gpucredit.account");
        return new(
            Positive(config, "event-entries-max"),
            Positive(config, "waiting-entries-max"),
            config.GetTimeSpan("passivate-after"),
            new(
                Positive(config, "write-gate.writes-max"),
                config.GetTimeSpan("write-gate.closed-min", allowInfinite: false),
                config.GetTimeSpan("write-gate.closed-max", allowInfinite: false)),
            new(
                Positive(config, "snapshot.cut-events"),
                Positive(config, "snapshot.cut-entries"),
                Positive(config, "snapshot.row-entries-max"),
                config.GetTimeSpan("snapshot.load-timeout", allowInfinite: false)));
    }

    internal static int Positive(Config config, string key) => config.GetInt(key) is > 0 and var value
        ? value
        : throw new ConfigurationException($"gpucredit.account.{key} must be a whole number from 1.");
}
