namespace GpuCredit.Host.Sources;

/// <summary>The pauses between tries, and whether something is tried again now.</summary>
internal sealed class Retries(Backoff backoff, TimeProvider time)
{
    private int _failing;

    public bool AreUnderWay => Volatile.Read(ref _failing) > 0;

    /// <summary>Something has failed, and counts as tried again until <see cref="End"/>: also while its next try takes long.</summary>
    public void Begin() => Interlocked.Increment(ref _failing);

    public void End() => Interlocked.Decrement(ref _failing);

    public async Task WaitAsync(int failures, CancellationToken cancellation)
    {
        Begin();
        try
        {
            await Task.Delay(backoff.After(failures), time, cancellation);
        }
        finally
        {
            End();
        }
    }
}
