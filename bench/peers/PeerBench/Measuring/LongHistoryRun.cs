using System.Diagnostics;
using PeerBench.Peers;
using PeerBench.Work;

namespace PeerBench.Measuring;

/// <summary>w4: one account with a long history, one caller.</summary>
internal static class LongHistoryRun
{
    private const int WarmUpEntries = 500;
    private const int AsksNow = 300;
    private const int LateWrites = 30;
    private const int AsksPast = 30;
    private const int TimesMin = 3;
    private const long Account = 1;
    private static readonly TimeSpan LateWritesMost = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AsksPastMost = TimeSpan.FromSeconds(10);

    public static async Task<Measured> RunAsync(IPeer peer, Variant variant, TimeSpan quiet, int pass)
    {
        var history = Workload.Deliveries(variant.Entries, 1, seed: 5, late: 0, repeated: 0);
        var chance = new Chance(4242);
        foreach (var entry in Workload.Deliveries(WarmUpEntries, 1, seed: 6).Select(entry => entry with { Account = 2 }))
        {
            await peer.PutAsync(0, entry);
            await peer.BalanceAsync(0, 2, Workload.Now);
        }

        var clock = Stopwatch.StartNew();
        await peer.PreloadAsync(history);
        var preload = clock.Elapsed.TotalSeconds;
        var reference = new PlainAccount();
        foreach (var entry in history)
            reference.Add(entry);
        await peer.ForgetAsync();
        await MachineState.QuietAsync(quiet);

        int[] servers = [.. peer.ServerProcesses()];
        var busy = MachineState.Busy();
        var cpu = ProcessCost.Cpu(servers) + ProcessCost.OwnCpu();
        clock.Restart();
        var wrong = 0;
        var cold = await AskAsync(Workload.Now);
        var now = new List<double>();
        for (var i = 0; i < AsksNow; i++)
            now.Add(await AskAsync(Workload.Now));

        List<double> lateWrites = [], afterLate = [];
        var budget = Stopwatch.StartNew();
        const long TenthBack = Workload.Start + (long)(Workload.Length * 0.9);
        for (var i = 0; i < LateWrites && (i < TimesMin || budget.Elapsed < LateWritesMost); i++)
        {
            var late = new WorkEntry(Account, chance.Id(), WorkEntry.Usage, TenthBack - i, chance.Between(1, 100), 0);
            var begun = Stopwatch.GetTimestamp();
            await peer.PutAsync(0, late);
            lateWrites.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            reference.Add(late);
            afterLate.Add(await AskAsync(Workload.Now));
        }

        var past = new List<double>();
        budget.Restart();
        for (var i = 0; i < AsksPast && (i < TimesMin || budget.Elapsed < AsksPastMost); i++)
            past.Add(await AskAsync(Workload.Start + (long)(Workload.Length * (0.5 + (i * 0.01)))));

        var seconds = clock.Elapsed.TotalSeconds;
        var others = (MachineState.Busy() - busy - (ProcessCost.Cpu(servers) + ProcessCost.OwnCpu() - cpu)) / seconds;
        return new Measured
        {
            Variant = variant,
            Pass = pass,
            Seconds = seconds,
            ServerMemory = ProcessCost.Memory(servers),
            ClientMemory = ProcessCost.OwnMemory(),
            DiskMegabytes = await peer.BytesOnDiskAsync() / 1048576.0,
            OthersCpu = others,
            Calibration = MachineState.Calibrate(),
            Verdict = wrong == 0 ? "ok" : $"{Measured.Wrong} ({wrong})",
            History = new LongHistory(
                cold, At(now, 0.5), At(now, 0.99), At(lateWrites, 0.5), At(afterLate, 0.5), At(afterLate, 1), At(past, 0.5), At(past, 1), preload),
        };

        async Task<double> AskAsync(long at)
        {
            var begun = Stopwatch.GetTimestamp();
            var balance = await peer.BalanceAsync(0, Account, at);
            var took = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            if (balance != reference.BalanceAt(at))
                wrong++;
            return took;
        }
    }

    private static double At(List<double> times, double share)
    {
        var sorted = times.Order().ToList();
        return Math.Round(sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))], 4);
    }
}
