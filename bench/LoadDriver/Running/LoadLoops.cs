using System.Diagnostics;
using LoadDriver.Judging;
using LoadDriver.Measuring;
using LoadDriver.Settings;
using LoadDriver.Work;

namespace LoadDriver.Running;

/// <summary>The two ways to put load on: callers that wait for their answers, and a rate that waits for nobody.</summary>
internal static class LoadLoops
{
    /// <summary>Each caller sends its next request when the last is decided. What was begun is finished.</summary>
    public static Task ClosedAsync(LoadOptions options, Feed feed, Sender sender, CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, options.Clients).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested && feed.Next() is { } request)
            {
                var begun = Stopwatch.GetTimestamp();
                await sender.SendAsync(request, begun, begun);
            }
        })));

    /// <summary>
    /// Requests leave when they are due, and their latency counts from then, also where they had to wait for a place: nothing is left out
    /// because the ledger was slow (no coordinated omission). What was begun is finished.
    /// </summary>
    /// <returns>Steps that were due before the stop, and never left.</returns>
    public static async Task<long> OpenAsync(LoadOptions options, Feed feed, Sender sender, Books books, Tally tally, CancellationToken stop)
    {
        using var places = new SemaphoreSlim(options.InFlight);
        var schedule = new Schedule(Stopwatch.GetTimestamp(), options.Rate!.Value);
        Exception? bug = null;
        var steps = 0L;
        var freeSince = schedule.Begun;
        await Task.Factory.StartNew(Dispatch, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var missed = Math.Max(0, Math.Min(options.Count, schedule.DueBy(Stopwatch.GetTimestamp())) - steps - options.Batch);
        for (var i = 0; i < options.InFlight; i++)
            await places.WaitAsync(CancellationToken.None);
        return bug is null ? missed : throw bug;

        void Dispatch()
        {
            while (bug is null && !stop.IsCancellationRequested && feed.Next() is { } request)
            {
                var due = schedule.DueAt(request.LastStep);
                if (!Nap.Until(due, stop) || !HasPlace())
                {
                    books.NeverLeft(request.Entries);
                    return;
                }

                steps = request.LastStep + 1;
                // Behind one that had to wait, those after it are late as well, and not by the driver's fault.
                var free = Math.Max(due, freeSince);
                _ = Task.Run(() => SendAsync(request, due, free), CancellationToken.None);
            }
        }

        bool HasPlace()
        {
            if (places.Wait(0, CancellationToken.None))
                return true;
            tally.HadToWait();
            while (!stop.IsCancellationRequested)
            {
                if (!places.Wait(TimeSpan.FromMilliseconds(50), CancellationToken.None))
                    continue;
                freeSince = Stopwatch.GetTimestamp();
                return true;
            }

            return false;
        }

        async Task SendAsync(LoadRequest request, long due, long free)
        {
            try
            {
                await sender.SendAsync(request, due, free);
            }
            catch (Exception fault)
            {
                // A fault of the driver's own ends the run, and is thrown where it is awaited.
                bug = fault;
            }
            finally
            {
                places.Release();
            }
        }
    }
}
