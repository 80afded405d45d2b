using System.Diagnostics.Metrics;

namespace GpuCredit.Client;

/// <summary>Every metric of the client, of the meter <c>GpuCredit.Client</c>. No account is ever in a label.</summary>
internal sealed class ClientMetrics
{
    public const string MeterName = "GpuCredit.Client";

    private readonly Meter _meter;
    private readonly Counter<long> _sends;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _added;
    private readonly Counter<long> _notTaken;
    private readonly Counter<long> _decided;
    private readonly Counter<long> _left;

    /// <param name="meter">Whoever made it ends it.</param>
    public ClientMetrics(Meter meter)
    {
        _meter = meter;
        _sends = _meter.CreateCounter<long>("gpucredit.client.sends", "{request}", "Requests with entries, by what came of them: answered, faulted or too_large.");
        _retries = _meter.CreateCounter<long>("gpucredit.client.retries", "{request}", "Tries after the first one.");
        _added = _meter.CreateCounter<long>("gpucredit.client.buffer.added", "{entry}", "Entries that a buffer took.");
        _notTaken = _meter.CreateCounter<long>("gpucredit.client.buffer.not_taken", "{entry}", "Entries that a full or closed buffer did not take.");
        _decided = _meter.CreateCounter<long>("gpucredit.client.buffer.decided", "{entry}", "Entries of a buffer that got their final outcome, by status.");
        _left = _meter.CreateCounter<long>("gpucredit.client.buffer.left", "{entry}", "Entries that were in a buffer, and not in a spool, when it closed without having been acknowledged.");
    }

    /// <summary>For all that come without a container.</summary>
    public static ClientMetrics Shared { get; } = new(new Meter(MeterName));

    public static ClientMetrics From(IMeterFactory? meters) => meters is null ? Shared : new ClientMetrics(meters.Create(MeterName));

    public void Sent(SendResult result) => _sends.Add(1, new KeyValuePair<string, object?>(
        "result", result.Outcomes is not null ? "answered" : result.IsTooLarge ? "too_large" : "faulted"));

    public void Retried() => _retries.Add(1);

    public void Added() => _added.Add(1);

    public void NotTaken() => _notTaken.Add(1);

    public void Decided(OutcomeStatus status, int count) => _decided.Add(count, new KeyValuePair<string, object?>("status", NameOf(status)));

    public void Left(long count) => _left.Add(count);

    /// <summary>What a buffer holds, asked when somebody looks, until it is disposed.</summary>
    public IDisposable Watch(Func<long> entries, Func<long> bytes)
    {
        // A gauge ends with its meter only, and would hold a closed buffer for ever.
        var meter = new Meter(new MeterOptions(MeterName) { Scope = _meter.Scope });
        meter.CreateObservableGauge("gpucredit.client.buffer.entries", entries, "{entry}", "Entries in the buffer, those under way included.");
        meter.CreateObservableGauge("gpucredit.client.buffer.bytes", bytes, "By", "Bytes that the entries take: in memory, or in the spool's files.");
        return meter;
    }

    private static string NameOf(OutcomeStatus status) => status switch
    {
        OutcomeStatus.Recorded => "recorded",
        OutcomeStatus.Duplicate => "duplicate",
        OutcomeStatus.Superseded => "superseded",
        OutcomeStatus.Conflict => "conflict",
        OutcomeStatus.Rejected => "rejected",
        OutcomeStatus.Late => "late",
        OutcomeStatus.Unavailable => "unavailable",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
