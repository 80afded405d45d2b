namespace GpuCredit.Host.Hosting;

/// <summary>
/// Until when this node may answer from memory: as long after it began to give a sign of life as others wait, at the least, before they
/// take its accounts. A try that failed counts as a sign while the last one still does: the event store is away then, and while it is
/// nobody can take the accounts. After a pause it counts for nothing, since what happened meanwhile isn't known. Used by one thread.
/// </summary>
/// <param name="time">Whose timestamps are compared.</param>
/// <param name="length">How long a sign of life counts.</param>
/// <param name="limit">Told the timestamp.</param>
internal sealed class AnswerLimit(TimeProvider time, TimeSpan length, Action<long> limit)
{
    private long _until = long.MinValue;

    /// <summary>Nothing may be answered yet.</summary>
    public void Begin() => Set(time.GetTimestamp());

    /// <param name="start">When it began to sign.</param>
    public void Signed(long start) => Set(start + (long)(length.TotalSeconds * time.TimestampFrequency));

    /// <summary>The try failed since the store is away.</summary>
    /// <param name="start">When it began to try.</param>
    public void Failed(long start)
    {
        if (start < _until)
            Signed(start);
    }

    private void Set(long until)
    {
        _until = until;
        limit(until);
    }
}
