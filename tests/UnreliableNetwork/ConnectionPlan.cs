namespace UnreliableNetwork;

/// <summary>What will happen to one connection: drawn from the seed and the connection's number, whatever the time does.</summary>
internal sealed class ConnectionPlan
{
    private readonly Random _random;
    private readonly NetworkFaults _faults;
    private readonly Lock _gate = new();

    public ConnectionPlan(NetworkFaults faults, int seed, int number)
    {
        _faults = faults;
        _random = new Random(unchecked((seed * 397) ^ (number * 7_919)));
        IsRefused = Draw(faults.Refused);
        IsSilent = Draw(faults.Silent);
        HasTwin = Draw(faults.Twin);
        ComesAgain = Draw(faults.Again);
        BytesPerSecond = Draw(faults.Throttled) ? faults.BytesPerSecond : null;
        CutAfterBytes = Draw(faults.Cut) ? (long)Math.Pow(faults.CutBytesMax, _random.NextDouble()) : null;
    }

    public bool IsRefused { get; }

    public bool IsSilent { get; }

    public bool HasTwin { get; }

    public bool ComesAgain { get; }

    public int? BytesPerSecond { get; }

    /// <summary>Bytes of both directions together.</summary>
    public long? CutAfterBytes { get; }

    public TimeSpan NextDelay(int bytes)
    {
        double part;
        lock (_gate)
            part = _random.NextDouble();
        var delay = part * _faults.DelayMax;
        return BytesPerSecond is { } rate ? delay + TimeSpan.FromSeconds((double)bytes / rate) : delay;
    }

    private bool Draw(double share) => _random.NextDouble() < share;
}
