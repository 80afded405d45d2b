using System.Diagnostics;
using PeerBench.Peers;
using PeerBench.Work;

namespace PeerBench.Measuring;

/// <summary>
/// The same for every peer: connections, plans and code are ready when the clock starts. It has accounts of its own, and a peer
/// that was restarted for its history is warmed afterwards.
/// </summary>
internal static class WarmUp
{
    private const int Entries = 4_000;
    private const int Accounts = 200;
    private const ulong Seed = 999;
    private const int RoundsMax = 5;
    private const int BatchesMax = 60;
    private const long FirstAccount = 50_000_000;
    private const long AccountsEachRound = 1_000_000;
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(IPeer peer, Variant variant)
    {
        var entries = Workload.Deliveries(Entries, Accounts, Seed);
        var clock = Stopwatch.StartNew();
        var round = 0;
        do
            await OneByOneAsync(peer, variant.Clients, Moved(entries, round++), clock);
        while (round < RoundsMax && clock.Elapsed < Enough);
        if (variant.Batch > 1)
            await InBatchesAsync(peer, variant, entries, round);
    }

    private static async Task OneByOneAsync(IPeer peer, int clients, List<WorkEntry> entries, Stopwatch clock)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, clients).Select(worker => Task.Run(async () =>
        {
            int i;
            while ((i = Interlocked.Increment(ref next)) < entries.Count && clock.Elapsed < Most)
            {
                await peer.PutAsync(worker, entries[i]);
                if (i % 4 == 0 && peer.HasBalances)
                    await peer.BalanceAsync(worker, entries[i].Account, Workload.Now);
            }
        })));
    }

    private static async Task InBatchesAsync(IPeer peer, Variant variant, List<WorkEntry> entries, int round)
    {
        var clock = Stopwatch.StartNew();
        var batches = 0;
        await Task.WhenAll(Enumerable.Range(0, variant.Clients).Select(worker => Task.Run(async () =>
        {
            while (clock.Elapsed < Enough && Interlocked.Increment(ref batches) is var batch && batch <= BatchesMax)
                await peer.PutBatchAsync(worker, [.. Moved(entries, round + batch).Take(variant.Batch)]);
        })));
    }

    private static List<WorkEntry> Moved(List<WorkEntry> entries, int round) =>
        entries.ConvertAll(entry => entry with { Account = entry.Account + FirstAccount + (round * AccountsEachRound) });
}
