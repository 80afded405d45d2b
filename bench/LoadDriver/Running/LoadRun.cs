using System.Diagnostics;
using GpuCredit.Client;
using LoadDriver.Doors;
using LoadDriver.Judging;
using LoadDriver.Measuring;
using LoadDriver.Settings;
using LoadDriver.Showing;
using LoadDriver.Work;

namespace LoadDriver.Running;

/// <summary>From the first request to the verdict.</summary>
internal static class LoadRun
{
    private static readonly TimeSpan ReachedWithin = TimeSpan.FromSeconds(5);

    /// <summary>Null when GpuCredit answers at the address; otherwise why it doesn't.</summary>
    public static async Task<string?> ReachAsync(ILoadDoor door, LoadOptions options)
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            string why;
            try
            {
                var answer = await door.AskAsync(options.AccountId(0), options.Start);
                if (answer.Status == BalanceStatus.Answered)
                    return null;
                why = answer.Detail ?? $"{answer.Status}";
            }
            catch (GpuCreditException fault)
            {
                why = fault.Message;
            }

            if (Stopwatch.GetElapsedTime(begun) > ReachedWithin)
                return why;
            await Task.Delay(TimeSpan.FromMilliseconds(200));
        }
    }

    /// <param name="door">That <see cref="ReachAsync"/> got an answer from.</param>
    /// <param name="options">What to do.</param>
    /// <param name="stop">Ends the run early; the check is made all the same.</param>
    public static async Task<Report> RunAsync(ILoadDoor door, LoadOptions options, CancellationToken stop)
    {
        var workload = new Workload(options);
        var books = new Books(options);
        var tally = new Tally();
        var sender = new Sender(new PatientDoor(door, options.Patience, tally), options, books, tally);
        var feed = new Feed(workload, books);
        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;

        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var shown = new CancellationTokenSource();
        var display = new Display(options, tally).RunAsync(shown.Token);
        var clock = Stopwatch.StartNew();
        over.CancelAfter(TimeSpan.FromSeconds(options.Seconds));
        var missed = 0L;
        if (options.Rate is null)
            await LoadLoops.ClosedAsync(options, feed, sender, over.Token);
        else
            missed = await LoadLoops.OpenAsync(options, feed, sender, books, tally, over.Token);
        var elapsed = clock.Elapsed;
        await shown.CancelAsync();
        await display;
        tally.Take();
        process.Refresh();
        cpu = process.TotalProcessorTime - cpu;

        // Its questions and tries are no part of what was measured.
        var verdict = options.Check == 0 ? null : await new LawCheck(new PatientDoor(door, options.Patience, new Tally()), options, books, workload.Now).RunAsync();
        return new Report(options, tally, elapsed, cpu, missed, verdict, books.AreFull);
    }
}
