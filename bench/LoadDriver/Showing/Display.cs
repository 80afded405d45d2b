using System.Diagnostics;
using System.Globalization;
using HdrHistogram;
using LoadDriver.Measuring;
using LoadDriver.Settings;
using LoadDriver.Work;
using Spectre.Console;

namespace LoadDriver.Showing;

/// <summary>Once a second: a table that stays in its place on a terminal, otherwise a line on the error output, beside which the report is alone on the output.</summary>
internal sealed class Display(LoadOptions options, Tally tally)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _last;
    private long _acknowledged;
    private long _answered;

    public async Task RunAsync(CancellationToken stop)
    {
        if (Console.IsOutputRedirected)
        {
            while (await WaitAsync(stop))
                await Console.Error.WriteLineAsync(Line(Take()));
            return;
        }

        await AnsiConsole.Live(Table(Take())).AutoClear(true).StartAsync(async live =>
        {
            while (await WaitAsync(stop))
                live.UpdateTarget(Table(Take()));
        });
    }

    private static async Task<bool> WaitAsync(CancellationToken stop)
    {
        await Task.Delay(Second, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !stop.IsCancellationRequested;
    }

    private LastSecond Take()
    {
        var (entries, asks) = tally.Take();
        var (acknowledged, answered, now) = (tally.Acknowledged, tally.Answered, _clock.Elapsed);
        var seconds = Math.Max(0.001, (now - _last).TotalSeconds);
        var taken = new LastSecond(now, (acknowledged - _acknowledged) / seconds, (answered - _answered) / seconds, entries, asks);
        (_acknowledged, _answered, _last) = (acknowledged, answered, now);
        return taken;
    }

    private string Line(LastSecond last) => string.Create(
        CultureInfo.InvariantCulture,
        $"{last.At.TotalSeconds,5:N0} s  {last.Entries,8:N0} entries/s  {last.Asks,8:N0} asks/s  entries p50 {Ms(last.Of, 50)} p99 {Ms(last.Of, 99)} max {Ms(last.Of, 100)} ms  under way {tally.UnderWay:N0}  errors {tally.Errors:N0}");

    private Table Table(LastSecond last)
    {
        var table = new Table { Title = new TableTitle(Markup.Escape(FormattableString.Invariant(
            $"{options.Transport.ToString().ToLowerInvariant()}, {last.At.TotalSeconds:N0} of {options.Seconds:N0} s (Ctrl+C ends it)"))) };
        table.AddColumn("").AddColumn("last second").AddColumn("whole run");
        foreach (var column in table.Columns.Skip(1))
            column.RightAligned();
        var seconds = Math.Max(0.001, last.At.TotalSeconds);
        Row("entries/s acknowledged", last.Entries, tally.Acknowledged / seconds);
        Row("asks/s", last.Asks, tally.Answered / seconds);
        var whole = Latencies.NewHistogram();
        foreach (var kind in Enum.GetValues<RequestKind>().Where(kind => kind != RequestKind.Ask))
            whole.Add(tally.Of(kind));
        foreach (var percentile in Report.Percentiles)
            table.AddRow(FormattableString.Invariant($"entries p{percentile}, ms"), Ms(last.Of, percentile), Ms(whole, percentile));
        table.AddRow("asks p99, ms", Ms(last.OfAsks, 99), Ms(tally.Of(RequestKind.Ask), 99));
        table.AddRow("under way", Number(tally.UnderWay), "");
        foreach (var fault in Enum.GetValues<Fault>())
            table.AddRow(Report.Name(fault), "", Number(tally.Of(fault)));
        return table;

        void Row(string name, double lastSecond, double wholeRun) => table.AddRow(name, Number(lastSecond), Number(wholeRun));
    }

    private static string Number(double number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Ms(HistogramBase latencies, double percentile) => Report.Ms(latencies, percentile);

    private sealed record LastSecond(TimeSpan At, double Entries, double Asks, HistogramBase Of, HistogramBase OfAsks);
}
