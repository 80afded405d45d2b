using System.Globalization;
using Akka.Configuration;
using CreditActors.Ledger;
using CreditActors.Protocol;

namespace CreditActors.Accounts;

/// <summary>The settings under <c>gpucredit.account</c>; hocon/reference.conf explains each and gives its default.</summary>
internal sealed record AccountSettings(
    int EventEntriesMax,
    int WaitingEntriesMax,
    TimeSpan PassivateAfter,
    long? Horizon,
    int ClosingPortionEntries,
    ResidentBudget Resident,
    GateSettings WriteGate,
    GateSettings RecoveryGate,
    SnapshotSettings Snapshot)
{
    /// <summary>The reference file inside this assembly: the defaults, whatever files a host brings along.</summary>
    public static Config Reference { get; } = ConfigurationFactory.FromResource("reference.conf", typeof(AccountSettings).Assembly);

    public static AccountSettings From(Config system)
    {
        var config = system.WithFallback(Reference).GetConfig("gpucredit.account");
        return new(
            Positive(config, "event-entries-max"),
            config.GetInt("waiting-entries-max") is >= RecordEntries.EntriesMax and var waiting
                ? waiting
                : throw new ConfigurationException($"gpucredit.account.waiting-entries-max must be at least {RecordEntries.EntriesMax}: so many entries can come in one command."),
            Longer(config, "passivate-after", than: TimeSpan.Zero),
            HorizonOf(config),
            Positive(config, "closing-portion-entries"),
            ResidentBudget.TryParse(config.GetString("resident-bytes"), out var resident)
                ? resident
                : throw new ConfigurationException($"gpucredit.account.resident-bytes must be {ResidentBudget.Rule}."),
            Gate(config, "write-gate", "writes-max"),
            Gate(config, "recovery-gate", "recoveries-max"),
            new(
                Positive(config, "snapshot.cut-events"),
                Positive(config, "snapshot.cut-entries"),
                Positive(config, "snapshot.row-entries-max"),
                Longer(config, "snapshot.load-timeout", than: TimeSpan.Zero)));
    }

    private static long? HorizonOf(Config config) => config.GetString("horizon") switch
    {
        "none" => null,
        var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks is >= 1 and <= Limits.TicksMax => ticks,
        var other => throw new ConfigurationException($"gpucredit.account.horizon must be a whole number of ticks from 1 to {Limits.TicksMax}, or none, and is \"{other}\"."),
    };

    private static GateSettings Gate(Config config, string gate, string permitsMax)
    {
        var closedMin = Longer(config, $"{gate}.closed-min", than: TimeSpan.Zero);
        return new(
            Positive(config, $"{gate}.{permitsMax}"),
            closedMin,
            Longer(config, $"{gate}.closed-max", than: closedMin - TimeSpan.FromTicks(1)));
    }

    internal static TimeSpan Longer(Config config, string key, TimeSpan than) =>
        config.GetTimeSpan(key, allowInfinite: false) is var time && time > than
            ? time
            : throw new ConfigurationException($"gpucredit.account.{key} must be longer than {than}.");

    internal static int Positive(Config config, string key) => config.GetInt(key) is > 0 and var value
        ? value
        : throw new ConfigurationException($"gpucredit.account.{key} must be a whole number from 1.");
}
