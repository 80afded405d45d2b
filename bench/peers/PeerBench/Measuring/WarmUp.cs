using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime;
using PeerBench.Peers;
using PeerBench.Work;

namespace PeerBench.Measuring;

/// <summary>
/// The same for every peer: connections, plans and code are ready when the clock starts. It goes on until the runtime has made
/// nearly all of the machine code that it will make, in the caller's process and the Host's, since that is done once and takes a third of two cores for many seconds. It has
/// accounts of its own, a few thousand at most, so that what is measured isn't a heap full of them; and a peer that was restarted for its history is warmed afterwards.
/// </summary>
internal static class WarmUp
{
    private const int Entries = 4_000;
    private const int Accounts = 200;
    private const ulong Seed = 999;
    private const int BatchesEachRound = 4;
    private const long CompiledFew = 40;
    private const long FirstAccount = 50_000_000;
    private const long AccountsApart = 1_000_000;

    /// <summary>So many rounds have new accounts; those after them go on with these.</summary>
    private const int AccountRounds = 25;
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(20);

    public static async Task RunAsync(IPeer peer, Variant variant)
    {
        var entries = Workload.Deliveries(Entries, Accounts, Seed);
        var round = 0;
        await UntilSettledAsync(peer, clock => OneByOneAsync(peer, variant.Clients, Moved(entries, round++), clock));
        if (variant.Batch > 1)
            await UntilSettledAsync(peer, clock => InBatchesAsync(peer, variant, () => Moved(entries, Interlocked.Increment(ref round)), clock));
    }

    /// <summary>Rounds until hardly any method was compiled for <see cref="Enough"/>, but not for ever.</summary>
    private static async Task UntilSettledAsync(IPeer peer, Func<Stopwatch, Task> roundAsync)
    {
        var clock = Stopwatch.StartNew();
        long compiled;
        do
        {
            compiled = await CompiledAsync(peer);
            var begun = clock.Elapsed;
            do
                await roundAsync(clock);
            while (clock.Elapsed - begun < Enough && clock.Elapsed < Most);
        }
        while (await CompiledAsync(peer) - compiled > CompiledFew && clock.Elapsed < Most);
    }

    private static async Task<long> CompiledAsync(IPeer peer) => JitInfo.GetCompiledMethodCount() + await peer.CompiledMethodsAsync();

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

    private static async Task InBatchesAsync(IPeer peer, Variant variant, Func<List<WorkEntry>> next, Stopwatch clock)
    {
        await Task.WhenAll(Enumerable.Range(0, variant.Clients).Select(worker => Task.Run(async () =>
        {
            for (var batch = 0; batch < BatchesEachRound && clock.Elapsed < Most; batch++)
                await peer.PutBatchAsync(worker, [.. next().Take(variant.Batch)]);
        })));
    }

    /// <summary>The same entries for other accounts, with ids that only this round has.</summary>
    private static List<WorkEntry> Moved(List<WorkEntry> entries, int round) => entries.ConvertAll(entry => entry with
    {
        Account = entry.Account + FirstAccount + (round % AccountRounds * AccountsApart),
        Id = IdIn(round, entry.Id),
    });

    private static Guid IdIn(int round, Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, BinaryPrimitives.ReadInt32LittleEndian(bytes) + round);
        return new(bytes);
    }
}
