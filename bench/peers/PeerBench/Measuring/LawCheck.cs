using System.Globalization;
using PeerBench.Peers;
using PeerBench.Work;

namespace PeerBench.Measuring;

/// <summary>
/// Before anything is measured: a peer that answers wrongly has no speed. Random cases, judged by the plain law, delivered one by one;
/// and once more in batches where a batch keeps its order.
/// </summary>
internal static class LawCheck
{
    private const int Cases = 400;
    private const ulong Seed = 7;
    private const long FirstAccount = 1_000_000;
    private const int SaidMost = 5;

    /// <summary>How many answers were wrong.</summary>
    public static async Task<int> RunAsync(string name, IPeer peer)
    {
        var chance = new Chance(Seed);
        int asks = 0, wrong = 0, someLeft = 0;
        for (var number = 0; number < Cases; number++)
        {
            var account = FirstAccount + (2 * number);
            var lines = Case.Of(account, chance).Lines;
            var known = new HashSet<Guid>();
            var gathered = new List<WorkEntry>();
            foreach (var line in lines)
            {
                if (line.Delivery is { } entry)
                {
                    if (await peer.PutAsync(0, entry) != known.Add(entry.Id))
                        Say($"case {number}: {entry} is told to be {(known.Contains(entry.Id) ? "new" : "known")}");
                    gathered.Add(entry with { Account = account + 1 });
                    continue;
                }

                asks++;
                someLeft += line.Balance != 0 ? 1 : 0;
                await CompareAsync(number, account, line);
                if (!peer.KeepsOrderInBatch)
                    continue;
                if (gathered.Count > 0)
                    await peer.PutBatchAsync(0, [.. gathered]);
                gathered.Clear();
                await CompareAsync(number, account + 1, line);
            }
        }

        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"check {name}: {Cases} cases{(peer.KeepsOrderInBatch ? ", and in batches" : "")}, {asks:N0} asks ({someLeft:N0} of them with a balance), {wrong} wrong"));
        return wrong;

        async Task CompareAsync(int number, long account, Case.Line line)
        {
            var balance = await peer.BalanceAsync(0, account, line.At);
            if (balance != line.Balance)
                Say($"case {number}: balance({line.At}) is {balance} and must be {line.Balance}");
        }

        void Say(string what)
        {
            if (wrong++ < SaidMost)
                Console.Error.WriteLine($"{name}, {what}");
        }
    }
}
