using System.Globalization;
using System.Text;
using GpuCredit.Client;
using HdrHistogram;
using LoadDriver.Judging;
using LoadDriver.Measuring;
using LoadDriver.Settings;
using LoadDriver.Work;

namespace LoadDriver.Showing;

/// <summary>The result in Markdown, for the output and for the file.</summary>
internal sealed record Report(LoadOptions Options, Tally Tally, TimeSpan Elapsed, TimeSpan Cpu, long Missed, Verdict? Verdict, bool BooksAreFull)
{
    public static readonly double[] Percentiles = [50, 90, 99, 99.9];

    private const int SaidMost = 10;

    /// <summary>More own lateness than this at p99 stands out of the latencies.</summary>
    private const long OwnLatenessMaxMicroseconds = 5_000;

    public static string Ms(HistogramBase latencies, double percentile) =>
        latencies.TotalCount == 0 ? "" : (latencies.GetValueAtPercentile(percentile) / 1e3).ToString("#,0.00", CultureInfo.InvariantCulture);

    public static string Name(Fault fault) => fault switch
    {
        Fault.Unavailable => "unavailable",
        Fault.TimedOut => "no answer in time",
        Fault.BrokenOff => "not reached, or broken off",
        Fault.Foreign => "not GpuCredit's answer",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public override string ToString()
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.AppendLine(FormattableString.Invariant(line));
        var loop = Options.Rate is { } rate ? FormattableString.Invariant($"open loop, {rate:#,0.##} entries and asks due a second, at most {Options.InFlight:N0} requests under way") : $"closed loop, {Options.Clients} clients";
        Line($"{Options.Transport.ToString().ToLowerInvariant()} to {Options.Address}; {loop}; {Elapsed.TotalSeconds:N1} s; accounts {Options.AccountId(0)} and on; --start {Options.Start}");
        Line($"");
        Line($"{Tally.Acknowledged / Elapsed.TotalSeconds:N0} entries/s acknowledged, {Tally.Answered / Elapsed.TotalSeconds:N0} asks/s answered");
        Line($"");
        Line($"| latency, ms | answered | p50 | p90 | p99 | p99.9 | max |");
        Line($"|---|---:|---:|---:|---:|---:|---:|");
        foreach (var kind in Enum.GetValues<RequestKind>().Where(kind => Tally.Of(kind).TotalCount > 0))
        {
            var of = Tally.Of(kind);
            Line($"| {(kind == RequestKind.Batch ? $"batch of {Options.Batch}" : kind.ToString().ToLowerInvariant())} | {of.TotalCount:N0} | {string.Join(" | ", Percentiles.Select(percentile => Ms(of, percentile)))} | {Ms(of, 100)} |");
        }

        Line($"");
        Line($"- outcomes: {string.Join(", ", Enum.GetValues<OutcomeStatus>().Where(status => Tally.Of(status) > 0).Select(status => FormattableString.Invariant($"{status.ToString().ToLowerInvariant()} {Tally.Of(status):N0}")))}");
        Line($"- sent: {string.Join(", ", Enum.GetValues<RequestKind>().Where(kind => Tally.Sent(kind) > 0).Select(kind => FormattableString.Invariant($"{kind.ToString().ToLowerInvariant()} {Tally.Sent(kind):N0}")))}");
        var faults = Enum.GetValues<Fault>().Where(fault => Tally.Of(fault) > 0).ToList();
        Line($"- errors, each sent again by the same id: {(faults.Count == 0 ? "none" : string.Join(", ", faults.Select(fault => FormattableString.Invariant($"{Name(fault)} {Tally.Of(fault):N0}"))))}; given up after {Options.Patience.TotalSeconds:N0} s: {Tally.GivenUp:N0}");
        foreach (var fault in faults.Where(fault => Tally.ExampleOf(fault) is not null))
            Line($"  - {Name(fault)}, the first: {Tally.ExampleOf(fault)}");
        if (Tally.Of(OutcomeStatus.Conflict) > 0)
            Line($"  - conflicts mean that the prefix was used before, by another run");
        Line($"- the driver: {Cpu.TotalSeconds:N1} s of CPU, {Cpu / Elapsed:N2} of a core");
        OpenLoop(Line);
        Law(Line);
        return text.ToString();
    }

    private void OpenLoop(Action<FormattableString> line)
    {
        if (Options.Rate is null)
            return;
        line($"- the driver's own lateness, contained in the latencies, ms: p50 {Ms(Tally.OwnLateness, 50)}, p99 {Ms(Tally.OwnLateness, 99)}, max {Ms(Tally.OwnLateness, 100)}");
        if (Tally.OwnLateness.TotalCount > 0 && Tally.OwnLateness.GetValueAtPercentile(99) > OwnLatenessMaxMicroseconds)
            line($"- **the driver itself didn't keep up with the rate**: it had no time to send what was due. Its machine is too busy, and the latencies say more of it than of the ledger");
        if (Tally.Waited > 0)
            line($"- {Tally.Waited:N0} requests were due while {Options.InFlight:N0} were under way, and waited (which counts): the ledger didn't keep up with the rate");
        if (Missed > 0)
            line($"- **{Missed:N0} entries and asks were due and never left**: the rate wasn't reached");
    }

    private void Law(Action<FormattableString> line)
    {
        if (Verdict is not { } verdict)
        {
            line($"- the law: not checked");
            return;
        }

        line($"- the law: {verdict.Balances:N0} balances of {verdict.Accounts:N0} accounts compared, {verdict.Resent:N0} acknowledged entries sent again: {(verdict.Violations.Count == 0 ? "none wrong, none missing" : $"**{verdict.Violations.Count:N0} WRONG**")}{(verdict.Unanswered > 0 ? FormattableString.Invariant($"; **{verdict.Unanswered:N0} without an answer**, so the check isn't complete") : "")}");
        foreach (var violation in verdict.Violations.Take(SaidMost))
            line($"  - {violation}");
        if (BooksAreFull)
            line($"  - more than {LoadOptions.KeptMax:N0} entries went to these accounts: balances are judged up to there");
    }
}
