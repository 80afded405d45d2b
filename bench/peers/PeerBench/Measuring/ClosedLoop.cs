using System.Diagnostics;
using PeerBench.Peers;
using PeerBench.Work;

namespace PeerBench.Measuring;

/// <summary>
/// Callers that each take the next step when the last is answered, until the list or the time is over. What was taken was finished,
/// so what is stored is a prefix of the list, and its balances can be checked.
/// </summary>
internal sealed class ClosedLoop(IPeer peer, Variant variant, Steps steps)
{
    private readonly List<long>[] _writes = new List<long>[variant.Clients];
    private readonly List<long>[] _asks = new List<long>[variant.Clients + variant.Askers];
    private int _next;
    private int _done;
    private int _new;
    private int _writersLeft;

    /// <param name="quiet">How long the rest of the machine is waited for.</param>
    /// <param name="pass">For the result.</param>
    public async Task<Measured> RunAsync(TimeSpan quiet, int pass)
    {
        if (steps.History.Count > 0)
            await peer.PreloadAsync(steps.History);
        await WarmUp.RunAsync(peer, variant);
        GC.Collect();
        await MachineState.QuietAsync(quiet);
        var calibration = MachineState.Calibrate();

        int[] servers = [.. peer.ServerProcesses()];
        var stolen = MachineState.Stolen();
        var serverCpu = ProcessCost.Cpu(servers);
        var clientCpu = ProcessCost.OwnCpu();
        var busy = MachineState.Busy();
        var clock = Stopwatch.StartNew();
        _writersLeft = variant.Clients;
        await Task.WhenAll(
            Enumerable.Range(0, variant.Clients).Select(worker => Task.Run(() => WorkAsync(worker, clock)))
                .Concat(Enumerable.Range(variant.Clients, variant.Askers).Select(worker => Task.Run(() => AskAsync(worker)))));

        var seconds = clock.Elapsed.TotalSeconds;
        serverCpu = ProcessCost.Cpu(servers) - serverCpu;
        clientCpu = ProcessCost.OwnCpu() - clientCpu;
        busy = MachineState.Busy() - busy;
        var asks = _asks.Sum(some => some.Count);
        return new Measured
        {
            Variant = variant,
            Pass = pass,
            Seconds = seconds,
            Writes = variant.Batch == 1 ? _writes.Sum(some => some.Count) : _done,
            Asks = asks,
            New = _new,
            Write = Latency.Of(_writes.SelectMany(some => some)),
            Ask = Latency.Of(_asks.SelectMany(some => some)),
            ServerCpu = serverCpu,
            ClientCpu = clientCpu,
            ServerMemory = ProcessCost.Memory(servers),
            ClientMemory = ProcessCost.OwnMemory(),
            DiskMegabytes = await peer.BytesOnDiskAsync() / 1048576.0,
            OthersCpu = (busy - serverCpu - clientCpu) / seconds,
            Steal = (MachineState.Stolen() - stolen) / seconds,
            Calibration = calibration,
            Verdict = await BalanceCheck.RunAsync(peer, steps, _done),
        };
    }

    private async Task WorkAsync(int worker, Stopwatch clock)
    {
        var writes = _writes[worker] = new List<long>((steps.List.Count / variant.Clients) + 16);
        var asks = _asks[worker] = new List<long>((steps.List.Count / variant.Clients) + 16);
        var limit = (long)(variant.Seconds * Stopwatch.Frequency);
        while (clock.ElapsedTicks <= limit && Interlocked.Add(ref _next, variant.Batch) - variant.Batch is var first && first < steps.List.Count)
        {
            var begun = Stopwatch.GetTimestamp();
            if (variant.Batch > 1)
            {
                var batch = new WorkEntry[Math.Min(variant.Batch, steps.List.Count - first)];
                for (var i = 0; i < batch.Length; i++)
                    batch[i] = steps.List[first + i].Entry;
                await peer.PutBatchAsync(worker, batch);
                writes.Add(Stopwatch.GetTimestamp() - begun);
                Interlocked.Add(ref _done, batch.Length);
                continue;
            }

            var step = steps.List[first];
            if (step.IsAsk)
            {
                await peer.BalanceAsync(worker, step.Entry.Account, step.Entry.Timestamp);
                asks.Add(Stopwatch.GetTimestamp() - begun);
            }
            else
            {
                if (await peer.PutAsync(worker, step.Entry))
                    Interlocked.Increment(ref _new);
                writes.Add(Stopwatch.GetTimestamp() - begun);
            }

            Interlocked.Increment(ref _done);
        }

        Interlocked.Decrement(ref _writersLeft);
    }

    /// <summary>Asks about now for the accounts that are written to, as often as written to, for as long as they are.</summary>
    private async Task AskAsync(int worker)
    {
        var asks = _asks[worker] = [];
        var chance = new Chance((ulong)worker);
        while (Volatile.Read(ref _writersLeft) > 0)
        {
            var account = steps.List[(int)chance.Between(0, Math.Max(0, Volatile.Read(ref _done) - 1))].Entry.Account;
            var begun = Stopwatch.GetTimestamp();
            await peer.BalanceAsync(worker, account, Workload.Now);
            asks.Add(Stopwatch.GetTimestamp() - begun);
        }
    }
}
