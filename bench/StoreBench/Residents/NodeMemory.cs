using System.Diagnostics;
using System.Diagnostics.Metrics;
using CreditActors.Sharding;

namespace StoreBench.Residents;

/// <summary>What the accounts in memory are said to take, by the node's own metrics, and what its process takes.</summary>
internal sealed class NodeMemory : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, long> _seen = new(StringComparer.Ordinal);

    public NodeMemory()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == AccountMetrics.MeterName && instrument.IsObservable)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => _seen[instrument.Name] = value);
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => _seen[instrument.Name] = value);
        _listener.Start();
    }

    public static double ResidentMiB => Process.GetCurrentProcess().WorkingSet64 / (double)(1 << 20);

    /// <summary>The most since the process began.</summary>
    public static double PeakMiB => Process.GetCurrentProcess().PeakWorkingSet64 / (double)(1 << 20);

    public long Budget => Read("gpucredit.resident.budget");

    public long Accounts => Read("gpucredit.resident.accounts");

    public long Bytes => Read("gpucredit.resident.bytes");

    public long Wakes => Read("gpucredit.resident.wakes");

    public long Evictions => Read("gpucredit.resident.evictions");

    public void Dispose() => _listener.Dispose();

    private long Read(string name)
    {
        _listener.RecordObservableInstruments();
        return _seen[name];
    }
}
