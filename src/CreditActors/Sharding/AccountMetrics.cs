using System.Diagnostics.Metrics;
using CreditActors.Accounts;
using CreditActors.Ledger;
using CreditActors.Protocol;

namespace CreditActors.Sharding;

/// <summary>
/// Every metric of the accounts at this node, of the meter <see cref="MeterName"/>. No account is ever in a label. Entries and
/// questions are counted at the door that they came in by, wherever their account is.
/// </summary>
public sealed class AccountMetrics
{
    /// <summary>What a collector of metrics asks for.</summary>
    public const string MeterName = "GpuCredit.Accounts";

    /// <summary>By the status's number, which begins at 1.</summary>
    private static readonly KeyValuePair<string, object?>[] Statuses =
        [default, .. Enum.GetValues<OutcomeStatus>().Select(status => Label("status", $"{status}".ToLowerInvariant()))];

    private static readonly KeyValuePair<string, object?> Answered = Label("result", "answered");
    private static readonly KeyValuePair<string, object?> Unavailable = Label("result", "unavailable");
    private static readonly KeyValuePair<string, object?> BeforeHorizon = Label("result", "before_horizon");
    private static readonly KeyValuePair<string, object?> OfRecord = Label("call", "record");
    private static readonly KeyValuePair<string, object?> OfQuestion = Label("call", "balance");

    /// <summary>In seconds: from an answer out of memory to the longest deadline.</summary>
    private static readonly double[] DurationBounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private readonly Meter _meter;
    private readonly Counter<long> _entries;
    private readonly Counter<long> _questions;
    private readonly Counter<long> _givenUp;
    private readonly Histogram<double> _duration;

    /// <param name="meter">Whoever made it ends it.</param>
    internal AccountMetrics(Meter meter)
    {
        _meter = meter;
        _entries = meter.CreateCounter<long>("gpucredit.entries", "{entry}", "Entries that came in at this node, by the status of their outcome.");
        _questions = meter.CreateCounter<long>("gpucredit.questions", "{question}", "Questions for a balance, by result: answered, unavailable or before_horizon.");
        _givenUp = meter.CreateCounter<long>("gpucredit.calls.given_up", "{call}", "Calls whose caller went away before the answer, by call; their entries have no outcome, and may have been stored.");
        _duration = meter.CreateHistogram(
            "gpucredit.call.duration", "s", "From a call's coming in to its answer, or until its caller goes away, by call: record (one entry or a batch) or balance.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = DurationBounds });
    }

    /// <param name="meters">The host's; null where nobody looks.</param>
    internal static AccountMetrics From(IMeterFactory? meters) => new(meters?.Create(MeterName) ?? new Meter(MeterName));

    internal void Recorded(EntryOutcome outcome, TimeSpan duration)
    {
        _entries.Add(1, Statuses[(int)outcome.Status]);
        _duration.Record(duration.TotalSeconds, OfRecord);
    }

    internal void Recorded(ReadOnlySpan<EntryOutcome> outcomes, TimeSpan duration)
    {
        Span<int> counts = stackalloc int[Statuses.Length];
        foreach (var outcome in outcomes)
            counts[(int)outcome.Status]++;
        for (var status = 0; status < counts.Length; status++)
        {
            if (counts[status] > 0)
                _entries.Add(counts[status], Statuses[status]);
        }

        _duration.Record(duration.TotalSeconds, OfRecord);
    }

    internal void Asked(Ask<BalanceAnswer> answer, TimeSpan duration)
    {
        _questions.Add(1, answer.IsAvailable ? Answered : answer.Horizon is null ? Unavailable : BeforeHorizon);
        _duration.Record(duration.TotalSeconds, OfQuestion);
    }

    internal void RecordGivenUp(TimeSpan duration) => GiveUp(OfRecord, duration);

    internal void QuestionGivenUp(TimeSpan duration) => GiveUp(OfQuestion, duration);

    /// <summary>What is under way, asked when somebody looks.</summary>
    internal void Watch(Func<int> inFlight, int inFlightMax)
    {
        _meter.CreateObservableGauge("gpucredit.in_flight", inFlight, "{entry}", "Entries and questions under way; a question counts as one.");
        _meter.CreateObservableGauge("gpucredit.in_flight.max", () => inFlightMax, "{entry}", "How many may be: beyond it callers are refused at once.");
    }

    /// <summary>The accounts' way to the event store, asked when somebody looks.</summary>
    internal void Watch(StoreGates gates)
    {
        _meter.CreateObservableGauge("gpucredit.store.permits", () => Each(gates, gate => gate.Granted), "{permit}", "Accounts that use the event store right now, by gate: writes or recoveries.");
        _meter.CreateObservableGauge("gpucredit.store.waiting", () => Each(gates, gate => gate.Waiting), "{account}", "Accounts that wait for their turn at the event store, by gate.");
        _meter.CreateObservableGauge("gpucredit.store.shut", () => Each(gates, gate => gate.IsShut ? 1 : 0), "{gate}", "1 while the event store has failed and is left alone, by gate.");
    }

    /// <summary>The accounts in memory at this node, asked when somebody looks.</summary>
    internal void Watch(ResidentAccounts residents)
    {
        _meter.CreateObservableGauge("gpucredit.resident.accounts", () => residents.Count, "{account}", "Accounts in memory at this node.");
        _meter.CreateObservableGauge("gpucredit.resident.bytes", () => residents.Bytes, "By", "What they take, by their own estimate.");
        _meter.CreateObservableGauge("gpucredit.resident.budget", () => residents.BytesMax, "By", "What they may take: beyond it the least recently used leave.");
        _meter.CreateObservableCounter("gpucredit.resident.wakes", () => residents.Woken, "{account}", "Accounts that came into memory, each time.");
        _meter.CreateObservableCounter("gpucredit.resident.evictions", () => residents.Evicted, "{account}", "Accounts that left because all together took more than they may.");
    }

    /// <summary>The closings of this node's accounts, asked when somebody looks.</summary>
    internal void Watch(Closings closings)
    {
        _meter.CreateObservableCounter("gpucredit.closings.begun", () => closings.Begun, "{closing}", "Closings of accounts' books that were stored.");
        _meter.CreateObservableCounter("gpucredit.closings.carried_out", () => closings.CarriedOut, "{closing}", "Those that were carried out; of the others that aren't under way the account has stopped, and carries it out when it wakes.");
        _meter.CreateObservableCounter("gpucredit.closings.folded", () => closings.Folded, "{entry}", "Entries that have left their journals by those that were carried out.");
        _meter.CreateObservableGauge("gpucredit.closings.under_way", () => closings.UnderWay, "{closing}", "Closings that are being carried out: meanwhile their accounts have their journals twice.");
    }

    private void GiveUp(KeyValuePair<string, object?> call, TimeSpan duration)
    {
        _givenUp.Add(1, call);
        _duration.Record(duration.TotalSeconds, call);
    }

    private static Measurement<int>[] Each(StoreGates gates, Func<StoreGate, int> value) =>
        [new(value(gates.Writes), Label("gate", "writes")), new(value(gates.Recoveries), Label("gate", "recoveries"))];

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);
}
