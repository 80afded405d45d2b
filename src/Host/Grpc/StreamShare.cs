namespace GpuCredit.Host.Grpc;

/// <summary>What one stream has of the <see cref="StreamBudget"/>. Disposed when the stream has ended: then all of it is given back.</summary>
internal sealed class StreamShare(StreamBudget budget) : IDisposable
{
    private readonly Wake _room = new();

    /// <summary>What was taken and whose outcomes or answers aren't written yet. The budget's to change, under its lock.</summary>
    public int UnderWay { get; set; }

    /// <summary>False when there is no room; <see cref="RoomAsync"/> then waits until there may be.</summary>
    public bool TryTake(int count) => budget.TryTake(this, count);

    public ValueTask RoomAsync(CancellationToken cancellation) => _room.WaitAsync(cancellation);

    public void GiveBack(int count)
    {
        budget.GiveBack(this, count);
        _room.Up();
    }

    /// <summary>Others have given back what is shared.</summary>
    public void Wake() => _room.Up();

    public void Dispose()
    {
        budget.Forget(this);
        budget.GiveBack(this, UnderWay);
    }
}
