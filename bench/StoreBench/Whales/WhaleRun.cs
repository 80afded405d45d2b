using System.Diagnostics;
using CreditActors.Ledger;
using StoreBench.StartUp;

namespace StoreBench.Whales;

/// <summary>
/// One account that grows to so many usages: as it grows, asked when nothing of it is in memory, asked so in the worst moment between two
/// cuts of its snapshot, and built from its events alone. Every balance is compared with that of a journal beside it that was given the same entries.
/// </summary>
internal sealed class WhaleRun(long usages, WhaleStore store)
{
    private const int BatchEntries = 1_000;
    private const int SendersCount = 8;
    private const int Colds = 10;
    private const int Starts = 3;
    private const int Checks = 20;
    private const int InterruptedEntries = 200_000;
    private const int LargeRow = 50_000;

    // As in reference.conf: they make the worst moment.
    private const int CutEntries = 2_048;
    private const int CutEvents = 256;
    private const int CutsUntilARowIsFull = 32;
    private const int SmallRowsMax = 7;

    private static readonly TimeSpan ProbeEvery = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Settles = TimeSpan.FromMilliseconds(5);

    private readonly Journal _beside = new();
    private readonly Random _chance = new(1);
    private long _sent;

    public async Task<WhaleReport> RunAsync()
    {
        var report = new WhaleReport(usages);
        await using var node = new WhaleNode(store);
        await node.StartAsync();
        MessageTimes.ClearAll();

        var since = Stopwatch.GetTimestamp();
        var entries = WhaleHistory.EntriesOf(usages);
        var probes = await ProbeAsync(node, FillAsync(node, entries));
        await SettleAsync();
        report.Filled(entries, Stopwatch.GetElapsedTime(since), probes, await store.SnapshotAsync());
        report.AddStalls($"while it grew to {entries:N0} entries");
        report.AddSaves();

        await ColdAsync(node, report, "asked cold");
        for (var start = 0; start < Starts; start++)
        {
            await node.StopAsync();
            await node.StartAsync();
            report.AddCold("asked cold, first after a start", await ColdAskAsync(node), await store.SnapshotAsync(), await store.TailAsync());
        }

        await GrowToTheWorstAsync(node);
        MessageTimes.ClearAll();
        await ColdAsync(node, report, "asked cold in the worst moment");
        report.AddStalls("at the cold asks");
        await node.StopAsync();
        for (var start = 0; start < Starts; start++)
            await NewProcessAsync(report);
        await node.StartAsync();

        for (var i = 0; i < Starts; i++)
            await InterruptAsync(node, report);

        await node.StopAsync();
        await store.ForgetSnapshotAsync();
        await node.StartAsync();
        MessageTimes.ClearAll();
        since = Stopwatch.GetTimestamp();
        var built = await ColdAskAsync(node);
        await SettleAsync();
        report.Rebuilt(built.Took, Stopwatch.GetElapsedTime(since) - built.Took, await store.SnapshotAsync());
        report.AddStalls("while it was built from its events, and its snapshot written anew");
        report.AddSaves();
        return report;
    }

    private async Task FillAsync(WhaleNode node, long entries)
    {
        await Task.WhenAll(Senders(0, entries, first => node.WriteAsync(first, (int)Math.Min(BatchEntries, entries - first))));
        Sent(entries);
    }

    private async Task WriteAsync(WhaleNode node, int count)
    {
        await node.WriteAsync(_sent, count);
        Sent(_sent + count);
    }

    private void Sent(long through)
    {
        for (; _sent < through; _sent++)
            _beside.Apply(WhaleHistory.EntryOf(_sent));
    }

    /// <summary>What one caller sees who asks again and again meanwhile.</summary>
    private static async Task<List<TimeSpan>> ProbeAsync(WhaleNode node, Task meanwhile)
    {
        var took = new List<TimeSpan>();
        while (!meanwhile.IsCompleted)
        {
            took.Add((await node.AskAsync(WhaleHistory.Now)).Took);
            await Task.Delay(ProbeEvery);
        }

        await meanwhile;
        return took;
    }

    /// <summary>No row is being saved, and none is about to be.</summary>
    private static async Task SettleAsync()
    {
        for (var quiet = 0; quiet < 10; quiet = MessageTimes.Saving == 0 ? quiet + 1 : 0)
            await Task.Delay(Settles);
    }

    private async Task ColdAsync(WhaleNode node, WhaleReport report, string what)
    {
        var (snapshot, tail) = (await store.SnapshotAsync(), await store.TailAsync());
        for (var i = 0; i < Colds; i++)
        {
            await WhaleNode.ForgetWhaleAsync();
            report.AddCold(what, await ColdAskAsync(node), snapshot, tail);
        }
    }

    private async Task<ColdAsk> ColdAskAsync(WhaleNode node)
    {
        GC.Collect();
        var (balance, cold) = await FirstAskAsync(node);
        Check(WhaleHistory.Now, balance);
        await CheckAsync(node);
        return cold;
    }

    private static async Task<(long Balance, ColdAsk Cold)> FirstAskAsync(WhaleNode node)
    {
        var span = Span.Begin();
        var (pauses, allocated) = (GC.GetTotalPauseDuration(), GC.GetTotalAllocatedBytes());
        var (balance, took) = await node.AskAsync(WhaleHistory.Now);
        return (balance, new ColdAsk(took, span.End().Cpu, GC.GetTotalPauseDuration() - pauses, GC.GetTotalAllocatedBytes() - allocated));
    }

    /// <summary>Where nothing is compiled that the whale needs, over HTTP.</summary>
    private async Task NewProcessAsync(WhaleReport report)
    {
        var (snapshot, tail) = (await store.SnapshotAsync(), await store.TailAsync());
        await using var host = await HostStart.RunAsync(Path.GetTempPath(), store.Settings);
        var cpu = host.Cpu;
        var (balance, took) = await host.AskAsync(WhaleHistory.AccountId, WhaleHistory.Now);
        report.AddCold("asked cold in the worst moment, over HTTP, the first that a Host process does", new(took, host.Cpu - cpu, default, 0), snapshot, tail);
        Check(WhaleHistory.Now, balance ?? 0);
        await host.EndAsync("TERM");
    }

    private async Task CheckAsync(WhaleNode node)
    {
        for (var i = 0; i < Checks; i++)
        {
            var at = _chance.NextInt64(_sent * 10);
            Check(at, (await node.AskAsync(at)).Balance);
        }
    }

    private void Check(long at, long balance)
    {
        if (balance != _beside.BalanceAt(at))
            throw new InvalidOperationException($"At {at} the balance is {_beside.BalanceAt(at)}, and the answer was {balance}.");
    }

    /// <summary>
    /// As many rows as there can be, and after them as many events of one entry: just before what lies in small rows becomes
    /// a larger one. Where that is for the largest kind of small row depends on what came before, so one round is gone to find it.
    /// </summary>
    private async Task GrowToTheWorstAsync(WhaleNode node)
    {
        var (most, after) = (0L, 0);
        for (var cut = 1; cut <= CutsUntilARowIsFull; cut++)
        {
            await WriteAsync(node, CutEntries);
            await SettleAsync();
            if ((await store.SnapshotAsync()).Rows is var rows && rows >= most)
                (most, after) = (rows, cut);
        }

        for (var cut = 0; cut < after; cut++)
        {
            await WriteAsync(node, CutEntries);
            await SettleAsync();
        }

        for (var i = 0; i < ((SmallRowsMax + 1) * CutEvents) - 1; i++)
        {
            await WriteAsync(node, 1);
            if ((i + 1) % CutEvents == 0)
                await SettleAsync();
        }
    }

    /// <summary>
    /// The whale is lost while it is written to as fast as it goes, and a large row is being saved: behind that row the tail of events is longest.
    /// Then everything is sent again.
    /// </summary>
    private async Task InterruptAsync(WhaleNode node, WhaleReport report)
    {
        var (from, through) = (_sent, _sent + InterruptedEntries);
        using var stop = new CancellationTokenSource();
        var senders = Task.WhenAll(Senders(from, through, first => stop.IsCancellationRequested ? Task.CompletedTask : node.TryWriteAsync(first, BatchEntries, stop.Token)));
        while (MessageTimes.SavingEntries < LargeRow && !senders.IsCompleted)
            await Task.Delay(1);
        await WhaleNode.ForgetWhaleAsync();
        await stop.CancelAsync();
        await senders;
        await WhaleNode.ForgetWhaleAsync();
        var (snapshot, tail) = (await store.SnapshotAsync(), await store.TailAsync());
        report.AddCold("asked cold after it was lost amid the fullest ingest", (await FirstAskAsync(node)).Cold, snapshot, tail);

        await Task.WhenAll(Senders(from, through, first => node.WriteAsync(first, BatchEntries)));
        Sent(through);
        await CheckAsync(node);
        await SettleAsync();
    }

    private static IEnumerable<Task> Senders(long from, long through, Func<long, Task> sendAsync)
    {
        var next = from;
        return Enumerable.Range(0, SendersCount).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Add(ref next, BatchEntries) - BatchEntries is var first && first < through)
                await sendAsync(first);
        }));
    }
}
