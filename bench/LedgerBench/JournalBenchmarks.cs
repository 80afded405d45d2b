using BenchmarkDotNet.Attributes;
using CreditActors.Ledger;

namespace CreditActors.Bench;

/// <summary>A million usages, with a credit for every 50 or every 5,000 of them; beside a plain replay of the sorted list.</summary>
[SimpleJob(warmupCount: 3, iterationCount: 12)]
public class JournalBenchmarks
{
    private const int Usages = 1_000_000;
    private const int InOrderBatch = 20_000;
    private const int LateBatch = 200;

    private World _world = null!;
    private Journal _journal = null!;
    private PlainReplay _replay = null!;
    private Entry[] _batch = [];
    private int _varying;

    [Params(50, 5_000)]
    public int UsagesPerCredit { get; set; }

    [GlobalSetup]
    public void Build()
    {
        QuickRun.Warm();
        _world = new World(UsagesPerCredit, idChars: 16);
        _journal = new Journal();
        _replay = new PlainReplay();
        foreach (var entry in _world.InOrder(Usages))
        {
            _journal.Apply(entry);
            _replay.Insert(entry);
        }

        Agreement.Check(_journal, _replay, _world.Now);
    }

    [Benchmark]
    public long Balance_now() => _journal.BalanceAt(_world.Now + (_varying++ & 7));

    [IterationSetup(Target = nameof(Insert_in_order))]
    public void PrepareInOrder() => _batch = [.. _world.InOrder(InOrderBatch)];

    /// <summary>An operation is one usage; the stream's credits are among them.</summary>
    [Benchmark(OperationsPerInvoke = InOrderBatch)]
    public void Insert_in_order() => _journal.Apply(_batch.AsSpan());

    [IterationSetup(Target = nameof(A_usage_ten_percent_back_then_balance_now))]
    public void PrepareLate() => _batch = [.. Enumerable.Range(0, LateBatch).Select(_ => _world.ATenthBack())];

    [Benchmark(OperationsPerInvoke = LateBatch)]
    public long A_usage_ten_percent_back_then_balance_now()
    {
        var sum = 0L;
        foreach (var entry in _batch)
        {
            _journal.Apply(entry);
            sum ^= _journal.BalanceAt(_world.Now);
        }

        return sum;
    }

    [IterationSetup(Target = nameof(The_same_by_plain_replay))]
    public void PrepareReplay() => _batch = [_world.ATenthBack()];

    [Benchmark(Baseline = true)]
    public long The_same_by_plain_replay()
    {
        _replay.Insert(_batch[0]);
        return _replay.BalanceAt(_world.Now);
    }
}
