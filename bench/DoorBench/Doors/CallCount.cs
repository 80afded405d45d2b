namespace DoorBench.Doors;

/// <summary>What a door's callers have under way, and what was acknowledged to them. Safe for many at once.</summary>
internal sealed class CallCount
{
    private long _stored;
    private long _underWay;
    private long _again;

    public DoorState State => new(Volatile.Read(ref _stored), Volatile.Read(ref _underWay), Volatile.Read(ref _again));

    /// <summary>A try begins.</summary>
    /// <param name="held">What it takes of the door's bound.</param>
    public void Begin(int held) => Interlocked.Add(ref _underWay, held);

    /// <summary>It has ended, with so many usages acknowledged.</summary>
    public void End(int held, int stored)
    {
        Interlocked.Add(ref _underWay, -held);
        Interlocked.Add(ref _stored, stored);
    }

    /// <summary>Something is sent again.</summary>
    public void Again() => Interlocked.Increment(ref _again);
}
