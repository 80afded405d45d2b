using GpuCredit.Client;
using HdrHistogram;
using LoadDriver.Work;

namespace LoadDriver.Measuring;

/// <summary>What is counted while it runs; counting is for many at once, <see cref="Take"/> for one.</summary>
internal sealed class Tally
{
    private readonly Latencies[] _latencies = [.. Enum.GetValues<RequestKind>().Select(_ => new Latencies())];
    private readonly Latencies _ownLateness = new();
    private readonly long[] _sent = new long[Enum.GetValues<RequestKind>().Length];
    private readonly long[] _outcomes = new long[Enum.GetValues<OutcomeStatus>().Length];
    private readonly long[] _faults = new long[Enum.GetValues<Fault>().Length];
    private readonly string?[] _examples = new string?[Enum.GetValues<Fault>().Length];
    private long _acknowledged;
    private long _answered;
    private long _givenUp;
    private long _waited;
    private int _underWay;

    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    public long Answered => Interlocked.Read(ref _answered);

    /// <summary>Entries and questions that stayed without an answer.</summary>
    public long GivenUp => Interlocked.Read(ref _givenUp);

    /// <summary>Requests of an open loop that were due while all places were taken.</summary>
    public long Waited => Interlocked.Read(ref _waited);

    public int UnderWay => Volatile.Read(ref _underWay);

    public long Errors => _faults.Sum();

    /// <summary>By how much the driver itself started requests later than it should and could have.</summary>
    public LongHistogram OwnLateness => _ownLateness.Whole;

    public LongHistogram Of(RequestKind kind) => _latencies[(int)kind].Whole;

    public long Sent(RequestKind kind) => Interlocked.Read(ref _sent[(int)kind]);

    public long Of(OutcomeStatus status) => Interlocked.Read(ref _outcomes[(int)status]);

    public long Of(Fault fault) => Interlocked.Read(ref _faults[(int)fault]);

    public string? ExampleOf(Fault fault) => _examples[(int)fault];

    public void Starts(LoadRequest request, TimeSpan ownLateness)
    {
        Interlocked.Increment(ref _underWay);
        _ownLateness.Record(ownLateness);
        if (request.Kind == RequestKind.Ask)
            Interlocked.Increment(ref _sent[(int)RequestKind.Ask]);
        foreach (var kind in request.Kinds)
            Interlocked.Increment(ref _sent[(int)kind]);
    }

    public void Ends(RequestKind kind, TimeSpan? latency)
    {
        Interlocked.Decrement(ref _underWay);
        if (latency is not { } took)
            return;
        _latencies[(int)kind].Record(took);
        if (kind == RequestKind.Ask)
            Interlocked.Increment(ref _answered);
    }

    public void Decided(EntryOutcome outcome)
    {
        Interlocked.Increment(ref _outcomes[(int)outcome.Status]);
        if (outcome.IsAcknowledged)
            Interlocked.Increment(ref _acknowledged);
    }

    public void Failed(Fault fault, string? example)
    {
        Interlocked.Increment(ref _faults[(int)fault]);
        _examples[(int)fault] ??= example;
    }

    public void GaveUp(int entries) => Interlocked.Add(ref _givenUp, entries);

    public void HadToWait() => Interlocked.Increment(ref _waited);

    /// <summary>The latencies since the last time: of everything with entries, and of questions.</summary>
    public (HistogramBase Entries, HistogramBase Asks) Take()
    {
        _ownLateness.Take();
        var entries = Latencies.NewHistogram();
        foreach (var kind in Enum.GetValues<RequestKind>().Where(kind => kind != RequestKind.Ask))
            entries.Add(_latencies[(int)kind].Take());
        return (entries, _latencies[(int)RequestKind.Ask].Take());
    }
}
