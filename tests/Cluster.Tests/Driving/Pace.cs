namespace Cluster.Tests.Driving;

/// <summary>Lets callers pass one by one, so many a second, so that the cluster is busy and never more than that.</summary>
internal sealed class Pace(double perSecond)
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly long _start = TimeProvider.System.GetTimestamp();
    private TimeSpan _next;

    public async Task NextAsync(CancellationToken cancellation)
    {
        TimeSpan wait;
        lock (_gate)
        {
            var now = _time.GetElapsedTime(_start);
            // What was missed while everything stood still isn't caught up with.
            _next = (_next < now ? now : _next) + TimeSpan.FromSeconds(1 / perSecond);
            wait = _next - now;
        }

        await Task.Delay(wait, cancellation);
    }
}
