using PeerBench.Peers;
using PeerBench.Work;

namespace PeerBench.Measuring;

/// <summary>After the clock has stopped: up to 300 accounts at two instants, compared with the reference.</summary>
internal static class BalanceCheck
{
    private const int Busiest = 100;
    private const int EachOf = 29;
    private const int Others = 200;
    private const long Earlier = 10_000_000;

    public static async Task<string> RunAsync(IPeer peer, Steps steps, int done)
    {
        if (!peer.HasBalances)
            return Measured.NotChecked;
        var accounts = new SortedDictionary<long, PlainAccount>();
        var writes = steps.List.Take(done).Where(step => !step.IsAsk).Select(step => step.Entry);
        foreach (var entry in steps.History.Concat(writes))
        {
            if (!accounts.TryGetValue(entry.Account, out var account))
                accounts[entry.Account] = account = new PlainAccount();
            account.Add(entry);
        }

        int wrong = 0, compared = 0;
        var some = accounts.Take(Busiest).Concat(accounts.Skip(Busiest).Where((_, place) => place % EachOf == 0).Take(Others));
        foreach (var (number, account) in some)
        {
            compared++;
            if (await peer.BalanceAsync(0, number, Workload.Now - Earlier) != account.BalanceAt(Workload.Now - Earlier)
                || await peer.BalanceAsync(0, number, Workload.Now) != account.BalanceAt(Workload.Now))
            {
                wrong++;
            }
        }

        return wrong == 0 ? $"ok ({compared})" : $"{Measured.Wrong} ({wrong} of {compared})";
    }
}
