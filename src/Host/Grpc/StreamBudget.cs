using System.Diagnostics;
using System.Threading.RateLimiting;
using CreditActors.Sharding;

namespace GpuCredit.Host.Grpc;

/// <summary>
/// What all streams of this node together may have under way at the accounts: half of what <see cref="AccountClient"/> takes, so
/// that the other calls find room. A stream waits for its share, and does not read meanwhile: a slow event store slows the streams down, and
/// answers none of their entries with "unavailable" for want of room.
/// </summary>
internal sealed class StreamBudget(AccountClient accounts) : IDisposable
{
    private readonly ConcurrencyLimiter _entries = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = accounts.EntriesInFlightMax / 2,
        // Each stream waits for one message at a time.
        QueueLimit = GrpcLimits.StreamsMax * GrpcLimits.StreamRequestEntriesMax,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    private int _underWay;

    /// <summary>Entries that streams have taken and whose outcomes aren't written yet.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>Entries of messages that wait for their share.</summary>
    public long Waiting => _entries.GetStatistics()!.CurrentQueuedCount;

    /// <summary>Waits until so many more entries may go to their accounts. The lease ends when they are decided; there is none for none.</summary>
    public async ValueTask<RateLimitLease?> TakeAsync(int entries, CancellationToken cancellation)
    {
        if (entries == 0)
            return null;
        var lease = await _entries.AcquireAsync(entries, cancellation);
        return lease.IsAcquired ? lease : throw new UnreachableException("Every stream finds room in the queue.");
    }

    /// <summary>For the count only; the bound of a stream is its own.</summary>
    public void CountUnderWay(int change) => Interlocked.Add(ref _underWay, change);

    public void Dispose() => _entries.Dispose();
}
