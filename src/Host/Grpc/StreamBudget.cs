using System.Diagnostics;
using System.Threading.RateLimiting;

namespace GpuCredit.Host.Grpc;

/// <summary>
/// What all streams of one kind at this node together may have under way, from taken to outcome or answer written. Each stream has
/// <see cref="StreamBounds.Own"/> of its own, and takes what goes beyond that, up to its window, from what all share. So clients that
/// write and don't read can hold all that is shared for as long as they like, but no more, and never what is another stream's own.
/// </summary>
/// <remarks>
/// At the accounts all streams have at most a part of what <see cref="CreditActors.Sharding.AccountClient"/> takes, so that the other calls find room.
/// That part is given back when an entry is decided, or a question answered, which it is within a deadline: no client can hold it. A stream that
/// finds no room, here or there, waits and does not read meanwhile: a slow event store slows the streams down, and answers nothing of theirs with
/// "unavailable" for want of room.
/// </remarks>
internal sealed class StreamBudget(StreamBounds bounds) : IDisposable
{
    private readonly ConcurrencyLimiter _atAccounts = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = bounds.AtAccounts,
        // Each stream waits for one message at a time.
        QueueLimit = GrpcLimits.StreamsMax * bounds.MessageMax,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    private readonly Lock _gate = new();
    private readonly HashSet<StreamShare> _waiting = [];
    private int _underWay;
    private int _lent;

    /// <summary>What streams have taken and whose outcomes or answers aren't written yet.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>What is in messages that wait for their share at the accounts.</summary>
    public long Waiting => _atAccounts.GetStatistics()!.CurrentQueuedCount;

    /// <summary>Waits until so many more entries or questions may go to their accounts. The lease ends when they are decided; there is none for none.</summary>
    public async ValueTask<RateLimitLease?> TakeAsync(int count, CancellationToken cancellation)
    {
        if (count == 0)
            return null;
        var lease = await _atAccounts.AcquireAsync(count, cancellation);
        return lease.IsAcquired ? lease : throw new UnreachableException("Every stream finds room in the queue.");
    }

    public void Dispose() => _atAccounts.Dispose();

    /// <summary>For <see cref="StreamShare"/>: false when there is no room; the stream is woken when there may be.</summary>
    public bool TryTake(StreamShare share, int count)
    {
        lock (_gate)
        {
            var after = share.UnderWay + count;
            if (after > bounds.Window)
                return false; // What it has written itself makes room for it.
            var borrowed = Borrowed(after) - Borrowed(share.UnderWay);
            if (_lent + borrowed > bounds.Shared)
            {
                _waiting.Add(share);
                return false;
            }

            Change(share, after, borrowed);
            return true;
        }
    }

    /// <summary>For <see cref="StreamShare"/>: so many outcomes or answers are written, or nobody is left to be told.</summary>
    public void GiveBack(StreamShare share, int count)
    {
        StreamShare[] toWake = [];
        lock (_gate)
        {
            var after = share.UnderWay - count;
            var returned = Borrowed(share.UnderWay) - Borrowed(after);
            Change(share, after, -returned);
            if (returned > 0 && _waiting.Count > 0)
            {
                toWake = [.. _waiting];
                _waiting.Clear();
            }
        }

        foreach (var waiting in toWake)
            waiting.Wake();
    }

    /// <summary>For <see cref="StreamShare"/>: its stream is over.</summary>
    public void Forget(StreamShare share)
    {
        lock (_gate)
            _waiting.Remove(share);
    }

    /// <summary>What of so many goes beyond a stream's own.</summary>
    private int Borrowed(int underWay) => Math.Max(0, underWay - bounds.Own);

    private void Change(StreamShare share, int after, int borrowed)
    {
        _underWay += after - share.UnderWay;
        _lent += borrowed;
        share.UnderWay = after;
    }
}
