namespace GpuCredit.Host.Hosting;

/// <summary>A reason of the Host's own to end. Safe to use from any thread.</summary>
internal sealed class HostEnd(IHostApplicationLifetime lifetime)
{
    private int _code = -1;

    /// <summary>What the process ends with; null: nothing of the Host's own ended it.</summary>
    public int? Code => Volatile.Read(ref _code) is >= 0 and var code ? code : null;

    /// <summary>The Host stops, whatever the reason.</summary>
    public bool IsNear => lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>Stops the Host as SIGTERM does. The first code stands; and none when it was told to stop before.</summary>
    public void End(int code)
    {
        if (!IsNear)
            Interlocked.CompareExchange(ref _code, code, -1);
        lifetime.StopApplication();
    }
}
