using BenchmarkDotNet.Attributes;
using CreditActors.Ledger;

namespace CreditActors.Bench;

/// <summary>Thousands of credits active at once, and ten usages for each of them.</summary>
[SimpleJob(warmupCount: 3, iterationCount: 12)]
public class OverlapBenchmarks
{
    private const int Batch = 100;

    private Overlap _overlap = null!;
    private Journal _journal = null!;
    private Usage[] _batch = [];
    private long _asked;

    [Params(2_500, 10_000)]
    public int CreditsActiveAtOnce { get; set; }

    [GlobalSetup]
    public void Build()
    {
        _overlap = new Overlap(CreditsActiveAtOnce);
        _journal = new Journal();
        foreach (var entry in _overlap.Entries(usages: 10 * CreditsActiveAtOnce))
            _journal.Apply(entry);
        _ = _journal.BalanceAt(_overlap.Now);
    }

    [IterationSetup(Targets = [nameof(Insert_now), nameof(Insert_now_then_ask)])]
    public void PrepareNow() => _batch = [.. Enumerable.Range(0, Batch).Select(_ => _overlap.UsageNow())];

    [Benchmark(OperationsPerInvoke = Batch)]
    public void Insert_now()
    {
        foreach (var usage in _batch)
            _journal.Apply(usage);
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public long Insert_now_then_ask() => ApplyThenAsk();

    [IterationSetup(Target = nameof(A_usage_ten_percent_back_then_ask))]
    public void PrepareTenthBack() => _batch = [.. Enumerable.Range(0, Batch).Select(_ => _overlap.ATenthBack())];

    [Benchmark(OperationsPerInvoke = Batch)]
    public long A_usage_ten_percent_back_then_ask() => ApplyThenAsk();

    [IterationSetup(Target = nameof(A_usage_anywhere_in_the_past_then_ask))]
    public void PrepareAnywhere() => _batch = [.. Enumerable.Range(0, Batch).Select(_ => _overlap.Anywhere())];

    [Benchmark(OperationsPerInvoke = Batch)]
    public long A_usage_anywhere_in_the_past_then_ask() => ApplyThenAsk();

    /// <summary>Any instant, so that no working state of the last question helps.</summary>
    [Benchmark]
    public long Ask_anywhere()
    {
        _asked = (_asked + 7_919) % (3L * CreditsActiveAtOnce);
        return _journal.BalanceAt(_asked);
    }

    private long ApplyThenAsk()
    {
        var sum = 0L;
        foreach (var usage in _batch)
        {
            _journal.Apply(usage);
            sum ^= _journal.BalanceAt(_overlap.Now);
        }

        return sum;
    }
}
