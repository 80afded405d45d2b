using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace PeerBench.Measuring;

/// <summary>What the whole machine does, so that a run that others disturbed can be told from one that they didn't.</summary>
internal static class MachineState
{
    /// <summary>Cores that others may take before a run counts as disturbed.</summary>
    public const double OthersMax = 0.35;

    private const double QuietBelow = 0.3;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    /// <summary>Processor seconds that all processes have taken since the machine started.</summary>
    public static double Busy() => Fields(1, 2, 3, 6, 7);

    /// <summary>Processor seconds that the hypervisor has kept back.</summary>
    public static double Stolen() => Fields(8);

    /// <summary>Waits until the rest of the machine has been quiet for half a second, at most so long.</summary>
    public static async Task QuietAsync(TimeSpan atMost)
    {
        var waited = Stopwatch.StartNew();
        while (waited.Elapsed < atMost)
        {
            var busy = Busy();
            var looked = Stopwatch.StartNew();
            await Task.Delay(Look);
            if ((Busy() - busy) / looked.Elapsed.TotalSeconds < QuietBelow)
                return;
        }
    }

    /// <summary>Blocks of 4 KiB hashed in a millisecond by two threads.</summary>
    public static double Calibrate()
    {
        const int Milliseconds = 300;
        var hashed = 0L;
        Parallel.For(0, 2, new ParallelOptions { MaxDegreeOfParallelism = 2 }, _ =>
        {
            var block = new byte[4096];
            var clock = Stopwatch.StartNew();
            var count = 0L;
            for (; clock.ElapsedMilliseconds < Milliseconds; count++)
                SHA256.HashData(block, block.AsSpan(0, 32));
            Interlocked.Add(ref hashed, count);
        });
        return Math.Round(hashed / (double)Milliseconds, 1);
    }

    private static double Fields(params ReadOnlySpan<int> fields)
    {
        var all = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var ticks = 0.0;
        foreach (var field in fields)
            ticks += double.Parse(all[field], CultureInfo.InvariantCulture);
        return ticks / ProcessCost.TicksPerSecond;
    }
}
