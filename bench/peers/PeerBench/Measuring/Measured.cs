using PeerBench.Work;

namespace PeerBench.Measuring;

/// <summary>One run of one variant; a line of JSON where it was made.</summary>
internal sealed record Measured
{
    public const string NotChecked = "n/a";
    public const string Wrong = "WRONG";

    public required Variant Variant { get; init; }

    public required int Pass { get; init; }

    public double Seconds { get; init; }

    public int Writes { get; init; }

    public int Asks { get; init; }

    /// <summary>Of the writes, those whose id wasn't known; known only where they go one by one.</summary>
    public int New { get; init; }

    public Latency Write { get; init; } = Latency.Of([]);

    public Latency Ask { get; init; } = Latency.Of([]);

    /// <summary>Processor time of all serving processes, in seconds.</summary>
    public double ServerCpu { get; init; }

    /// <summary>Processor time of the measuring process, which for Orleans and for GpuCredit in process is the node as well.</summary>
    public double ClientCpu { get; init; }

    /// <summary>Proportional set size of all serving processes, in MiB.</summary>
    public double ServerMemory { get; init; }

    /// <summary>Resident memory of the measuring process, in MiB.</summary>
    public double ClientMemory { get; init; }

    public double DiskMegabytes { get; init; }

    /// <summary>Cores that the rest of the machine took meanwhile.</summary>
    public double OthersCpu { get; init; }

    /// <summary>Cores that the hypervisor kept back.</summary>
    public double Steal { get; init; }

    /// <summary>How fast the machine was just before; comparable only on one machine.</summary>
    public double Calibration { get; init; }

    /// <summary>Balances compared after the run, when the peer has balances.</summary>
    public string Verdict { get; init; } = NotChecked;

    public LongHistory? History { get; init; }

    public double WritesPerSecond => Writes / Seconds;

    public double AsksPerSecond => Asks / Seconds;

    /// <summary>Of all processes.</summary>
    public double CpuMillisecondsEach => (ServerCpu + ClientCpu) * 1_000 / Math.Max(1, Writes + Asks);

    public bool IsWrong => Verdict.StartsWith(Wrong, StringComparison.Ordinal);
}
