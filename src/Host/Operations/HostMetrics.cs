using System.Diagnostics.Metrics;
using Akka.Actor;
using Akka.Cluster;
using CreditActors.Ledger;
using CreditActors.Sharding;
using GpuCredit.Host.Http;
using GpuCredit.Host.Sources;

namespace GpuCredit.Host.Operations;

/// <summary>
/// Every metric of the Host that isn't the accounts' (<see cref="AccountMetrics"/>), of the meter <see cref="MeterName"/>: the
/// cluster as this node sees it, and its sources. All are asked when somebody looks.
/// </summary>
internal sealed class HostMetrics
{
    public const string MeterName = "GpuCredit.Host";

    private readonly ActorSystem _system;
    private readonly SourceSet _sources;

    public HostMetrics(IMeterFactory meters, ActorSystem system, SourceSet sources)
    {
        (_system, _sources) = (system, sources);
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge("gpucredit.cluster.members", Members, "{node}", "Members of the cluster, by status.");
        meter.CreateObservableGauge("gpucredit.cluster.unreachable", () => Cluster.Get(system).State.Unreachable.Count, "{node}", "Members that this node, or one that it hears of, doesn't reach.");
        meter.CreateObservableGauge("gpucredit.cluster.in_touch", () => system.IsInTouchWithCluster() ? 1 : 0, "{node}", "1 while a majority has answered lately; otherwise this node's accounts answer unavailable.");

        meter.CreateObservableCounter("gpucredit.source.messages", () => Each(source => source.Messages), "{message}", "Messages taken, those that were delivered again counted again, by source.");
        meter.CreateObservableCounter("gpucredit.source.entries", Entries, "{entry}", "Entries decided, by source and status.");
        meter.CreateObservableCounter("gpucredit.source.skipped", () => Each(source => source.Skipped), "{record}", "Records that are no entries, since the source's mapping passes over them, by source.");
        meter.CreateObservableCounter("gpucredit.source.dead_letters", () => Each(source => source.DeadLetters), "{message}", "Messages that went to the dead-letter place, by source.");
        meter.CreateObservableCounter("gpucredit.source.retries", () => Each(source => source.Retries), "{batch}", "Batches sent to the accounts again, by source.");
        meter.CreateObservableGauge("gpucredit.source.in_flight", () => Each(source => source.InFlight), "{message}", "Messages taken and not yet acknowledged, by source.");
        meter.CreateObservableGauge("gpucredit.source.lag", Lag, "{message}", "Messages that the broker still has for the source's group, by source; missing while that isn't known.");
        meter.CreateObservableGauge("gpucredit.source.running", () => Each(source => source.State is "running" ? 1 : 0), "{source}", "1 while the source takes messages, by source.");
    }

    private IEnumerable<Measurement<int>> Members() => Cluster.Get(_system).State.Members
        .GroupBy(member => member.Status)
        .Select(group => new Measurement<int>(group.Count(), Label("status", $"{group.Key}".ToLowerInvariant())));

    private IEnumerable<Measurement<long>> Each(Func<SourceAnswer, long> value) =>
        _sources.All.Select(source => source.Describe()).Select(source => new Measurement<long>(value(source), Label("source", source.Name)));

    private IEnumerable<Measurement<long>> Lag()
    {
        foreach (var source in _sources.All)
        {
            if (source.Describe() is { Lag: { } lag, Name: var name })
                yield return new(lag, Label("source", name));
        }
    }

    private IEnumerable<Measurement<long>> Entries() => _sources.All.Select(source => source.Describe()).SelectMany(source => new[]
    {
        Of(source, OutcomeStatus.Recorded, source.Recorded),
        Of(source, OutcomeStatus.Duplicate, source.Duplicate),
        Of(source, OutcomeStatus.Superseded, source.Superseded),
        Of(source, OutcomeStatus.Conflict, source.Conflict),
        Of(source, OutcomeStatus.Rejected, source.Rejected),
        Of(source, OutcomeStatus.Late, source.Late),
    });

    private static Measurement<long> Of(SourceAnswer source, OutcomeStatus status, long entries) =>
        new(entries, Label("source", source.Name), Label("status", OutcomeTable.Row(status).Name));

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);
}
