namespace DoorBench.Doors;

/// <summary>What a door's callers have under way, and what was acknowledged to them.</summary>
internal sealed class CallCount
{
    private long _stored;
    private long _underWay;
    private long _again;

    public DoorState State => new(Volatile.Read(ref _stored), Volatile.Read(ref _underWay), Volatile.Read(ref _again));

    /// <summary>Counts so many as under way, for as long as one try takes.</summary>
    public async Task<bool> TryAsync(int held, Func<Task<bool>> send)
    {
        Interlocked.Add(ref _underWay, held);
        try
        {
            return await send();
        }
        finally
        {
            Interlocked.Add(ref _underWay, -held);
        }
    }

    public void Stored(int usages) => Interlocked.Add(ref _stored, usages);

    public void Again() => Interlocked.Increment(ref _again);
}
