using System.Text;
using DoorBench.Doors;

namespace DoorBench.Outage;

/// <summary>What was seen, in Markdown.</summary>
/// <param name="Doors">All that were under load.</param>
/// <param name="Samples">A second each.</param>
/// <param name="Findings">By the balances, of each door.</param>
/// <param name="Settled">Since the load began: when everything that was acknowledged was stored.</param>
internal sealed record OutageReport(IReadOnlyList<IDoor> Doors, IReadOnlyList<Sample> Samples, IReadOnlyList<Finding> Findings, TimeSpan Settled)
{
    /// <summary>The rate is back when so many samples in a row have, together, the mean rate of before.</summary>
    private const int SamplesTogether = 4;

    /// <summary>Nothing lost, nothing counted twice, and no bound passed.</summary>
    public bool IsGood =>
        Findings.All(finding => finding is { Lost: 0, Twice: 0 } && finding.Stored == finding.Acknowledged)
        && Samples.All(sample => sample.Host.InFlight <= sample.Host.InFlightMax)
        && Doors.Select((door, n) => Samples.All(sample => sample.Doors[n].Held <= door.Bound.Max)).All(isBounded => isBounded);

    private Stretch Before => new([.. Samples.Where(sample => sample.Phase == Phase.Before)]);

    private Stretch Away => new([.. Samples.Where(sample => sample.Phase == Phase.Away)]);

    private Stretch After => new([.. Samples.Where(sample => sample.Phase == Phase.After)]);

    public override string ToString()
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.AppendLine(FormattableString.Invariant(line));
        Line($"PostgreSQL is stopped at once, as in a crash, and was away for {(After.Samples[0].At - Away.Samples[0].At).TotalSeconds:N0} s by what was seen of it, while every door was under full load: the callers of all, {Doors.Sum(door => door.Senders)} together, each");
        Line($"send their next usages when the last are acknowledged, and publishers keep up to 10,000 messages ahead of their sources. {Findings.Sum(finding => finding.Acknowledged):N0} usages were acknowledged; all were stored {Settled.TotalSeconds:N0} s after the start.");
        Line($"");
        Line($"- **{(Findings.Sum(finding => finding.Lost + finding.Twice) == 0 ? "Lost 0, double 0" : FormattableString.Invariant($"LOST {Findings.Sum(finding => finding.Lost):N0}, DOUBLE {Findings.Sum(finding => finding.Twice):N0}"))}** at all doors, by {Findings.Count * UsageStream.Instants.Count * 200:N0} balances at the end.");
        Line($"- **Memory**: from the first third of the outage to its last the Host's resident memory went from {Away.FirstThird.Mean(host => host.ResidentMiB):N0} to {Away.LastThird.Mean(host => host.ResidentMiB):N0} MiB, its managed heap from {Away.FirstThird.Mean(host => host.HeapMiB):N0} to {Away.LastThird.Mean(host => host.HeapMiB):N0} MiB.");
        Line($"- **The rate** of all doors together was {Before.LaterHalf.RateOfAll:N0} usages/s before and {After.LaterHalf.RateOfAll:N0} after; {Recovery()}.");
        Line($"");
        Rates(Line);
        Held(Line);
        Memory(Line);
        Seconds(Line);
        return text.ToString();
    }

    private string Recovery()
    {
        var after = After.Samples;
        for (var end = SamplesTogether - 1; end < after.Count; end++)
        {
            var together = new Stretch([.. after.Skip(end - SamplesTogether + 1).Take(SamplesTogether)]);
            if (together.RateOfAll >= Before.LaterHalf.RateOfAll)
                return FormattableString.Invariant($"what it was before was reached within {(after[end].At - Away.Samples[^1].At).TotalSeconds:N0} s of the store's return");
        }

        return "WHAT IT WAS BEFORE WAS NOT REACHED AGAIN";
    }

    private void Rates(Action<FormattableString> line)
    {
        line($"| door | usages stored a second: before | away | after | acknowledged | stored, by the balances | lost | double | sent again |");
        line($"|---|---:|---:|---:|---:|---:|---:|---:|---:|");
        for (var n = 0; n < Doors.Count; n++)
        {
            var finding = Findings[n];
            line($"| {Doors[n].Name} | {Before.LaterHalf.RateOf(n):N0} | {Away.RateOf(n):N0} | {After.LaterHalf.RateOf(n):N0} | {finding.Acknowledged:N0} | {finding.Stored:N0} | {finding.Lost:N0} | {finding.Twice:N0} | {Samples[^1].Doors[n].Again:N0} |");
        }

        line($"");
    }

    private void Held(Action<FormattableString> line)
    {
        line($"| held, the most of all samples | before | away | after | bound | |");
        line($"|---|---:|---:|---:|---:|---|");
        for (var n = 0; n < Doors.Count; n++)
            line($"| {Doors[n].Name} | {Before.HeldMax(n):N0} | {Away.HeldMax(n):N0} | {After.HeldMax(n):N0} | {Doors[n].Bound.Max:N0} | {Doors[n].Bound.Unit} |");
        line($"| the Host, at its accounts: `gpucredit_in_flight` | {Before.Max(host => host.InFlight):N0} | {Away.Max(host => host.InFlight):N0} | {After.Max(host => host.InFlight):N0} | {Samples[^1].Host.InFlightMax:N0} | entries |");
        line($"");
    }

    private void Memory(Action<FormattableString> line)
    {
        line($"| the Host, MiB | before | away, the first third | away, the last third | away, the most | after | after, the most |");
        line($"|---|---:|---:|---:|---:|---:|---:|");
        foreach (var (name, value) in new (string, Func<HostState, long>)[] { ("resident", host => host.ResidentMiB), ("managed heap after the last collection", host => host.HeapMiB) })
            line($"| {name} | {Before.LaterHalf.Mean(value):N0} | {Away.FirstThird.Mean(value):N0} | {Away.LastThird.Mean(value):N0} | {Away.Max(value):N0} | {After.LaterHalf.Mean(value):N0} | {After.Max(value):N0} |");
        line($"");
    }

    private void Seconds(Action<FormattableString> line)
    {
        line($"Each second: usages stored at each door, what the Host has in flight, and its memory.");
        line($"");
        line($"| s | store | {string.Join(" | ", Doors.Select(door => door.Name))} | in flight | resident, MiB | heap, MiB |");
        line($"|---:|---|{string.Concat(Doors.Select(_ => "---:|"))}---:|---:|---:|");
        for (var n = 1; n < Samples.Count; n++)
        {
            var (before, now) = (Samples[n - 1], Samples[n]);
            line($"| {now.At.TotalSeconds:F0} | {now.Phase.ToString().ToLowerInvariant()} | {string.Join(" | ", now.Doors.Zip(before.Doors, (later, earlier) => FormattableString.Invariant($"{later.Stored - earlier.Stored:N0}")))} | {now.Host.InFlight:N0} | {now.Host.ResidentMiB:N0} | {now.Host.HeapMiB:N0} |");
        }
    }
}
