using System.Diagnostics;
using System.Globalization;
using DoorBench.Doors;

namespace DoorBench.Outage;

/// <summary>Looks at everything once a second, whatever else goes on.</summary>
internal sealed class Watch(HostUnderTest host, IReadOnlyList<IDoor> doors) : IDisposable
{
    private const string Heap = "dotnet_gc_last_collection_heap_size_bytes";

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private readonly HttpClient _operators = new() { BaseAddress = host.OpsUrl, Timeout = TimeSpan.FromSeconds(30) };
    private readonly List<Sample> _samples = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private volatile Phase _phase;

    public IReadOnlyList<Sample> Samples => _samples;

    public TimeSpan Elapsed => _clock.Elapsed;

    public void Enter(Phase phase) => _phase = phase;

    /// <exception cref="InvalidOperationException">The Host has ended.</exception>
    public async Task RunAsync(CancellationToken until)
    {
        using var timer = new PeriodicTimer(Every);
        do
        {
            var phase = _phase;
            var sample = new Sample(_clock.Elapsed, phase, await Task.WhenAll(doors.Select(door => door.LookAsync())), await LookAsync());
            if (_samples.Count > 0)
                Tell(_samples[^1], sample);
            _samples.Add(sample);
        }
        while (await TickAsync(timer, until));
    }

    public void Dispose() => _operators.Dispose();

    private static async Task<bool> TickAsync(PeriodicTimer timer, CancellationToken until)
    {
        try
        {
            return await timer.WaitForNextTickAsync(until);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<HostState> LookAsync()
    {
        if (host.HasEnded)
            throw new InvalidOperationException("the Host has ended");
        var page = new MetricsPage(await _operators.GetStringAsync("/metrics"));
        return new HostState(host.Resident, page.Sum(Heap) >> 20, page.Sum("gpucredit_in_flight"), page.Sum("gpucredit_in_flight_max"));
    }

    /// <summary>For whoever waits before a terminal.</summary>
    private static void Tell(Sample before, Sample now) => Console.Error.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{now.At.TotalSeconds,5:F0} s, store {now.Phase.ToString().ToLowerInvariant(),-6} {(now.Stored - before.Stored) / (now.At - before.At).TotalSeconds,8:N0} usages/s, {now.Host.InFlight,7:N0} in flight, {now.Host.ResidentMiB,5:N0} MiB"));
}
