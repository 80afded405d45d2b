using System.Threading.Channels;
using Cluster.Tests.Faults;
using Cluster.Tests.Nodes;
using EndToEnd.Tests.Crash;
using EndToEnd.Tests.Law;

namespace Cluster.Tests.Driving;

/// <summary>
/// Writes and asks without end through all nodes, from a seed. Every edition is sent until it is acknowledged, and every
/// answer is judged as it comes. When one set of accounts has been filled, the next begins, and the former are still asked.
/// </summary>
internal sealed class Load : IAsyncDisposable
{
    private const int SendersCount = 12;
    private const int AskersCount = 24;

    /// <summary>
    /// Those that send again, without a pause, what found no answer, so that an account that is back is soon seen to be. More than
    /// the senders can leave open in the longest fault.
    /// </summary>
    private const int ResendersCount = 64;
    private const double ChunksPerSecond = 30;
    private const double QuestionsPerSecond = 40;
    private const int EditionsPerSet = 8_000;

    /// <summary>Who comes back later than after this is named.</summary>
    private static readonly TimeSpan _long = TimeSpan.FromSeconds(12);

    private readonly string _name;
    private readonly int _seed;
    private readonly Lock _gate = new();
    private readonly Channel<(IReadOnlyList<Edition> Editions, bool AsLines)> _again = Channel.CreateUnbounded<(IReadOnlyList<Edition>, bool)>();
    private readonly CancellationTokenSource _enough = new();
    private readonly CancellationTokenSource _givenUp = new();
    private readonly Pace _chunkPace = new(ChunksPerSecond);
    private readonly Pace _questionPace = new(QuestionsPerSecond);
    private readonly Task _senders;
    private readonly Task _resenders;
    private readonly Task _askers;
    private readonly List<Workload> _sets = [];
    private int _nextChunk;
    private int _nextAccount;

    public Load(Func<IReadOnlyList<ClusterNode>> nodes, string name, int seed)
    {
        _name = name;
        _seed = seed;
        Nodes = nodes;
        _sets.Add(NewSet());
        _senders = Task.WhenAll(Enumerable.Range(0, SendersCount).Select(number => Task.Run(() => SendAsync(number))));
        _resenders = Task.WhenAll(Enumerable.Range(0, ResendersCount).Select(number => Task.Run(() => ResendAsync(number))));
        _askers = Task.WhenAll(Enumerable.Range(0, AskersCount).Select(number => Task.Run(() => AskAsync(number))));
    }

    public Func<IReadOnlyList<ClusterNode>> Nodes { get; }

    /// <summary>A cluster sends again inside what a fault may have swallowed, so that "duplicate" may be the first answer.</summary>
    public Books Books { get; } = new(mayRepeatInside: true);

    public Availability Availability { get; } = new(TimeProvider.System);

    public Tally Tally { get; } = new();

    /// <summary>The accounts that are written to now.</summary>
    public IReadOnlyList<string> Accounts
    {
        get { lock (_gate) return _sets[^1].Accounts; }
    }

    /// <summary>A caller of this load's, for what is asked at its end.</summary>
    public Client NewClient(int number) => new(Nodes, Books, Availability, Tally, new Random(_seed + number));

    /// <summary>Awaits so many more acknowledgements.</summary>
    public Task AcknowledgesMoreAsync(int count, TimeSpan patience) => Books.WhenAcknowledged(Books.Acknowledged + count).WaitAsync(patience);

    /// <summary>Awaits that every account takes writes which has refused one; meaningful where a fault goes before.</summary>
    /// <returns>How long that took.</returns>
    public async Task<string> EveryAccountTakesWritesAsync(TimeSpan patience)
    {
        var start = Availability.Now;
        await Poll.UntilAsync("every account takes writes", () => Task.FromResult(!Availability.IsAnyWriteOpen), patience);
        return Fault.Seconds(Availability.Now - start);
    }

    /// <summary>Awaits, for every account that is written to now, an answer to a question that is sent after now.</summary>
    /// <returns>How long that took, and who came last when it took long.</returns>
    public async Task<string> EveryAccountAnswersAsync(TimeSpan patience)
    {
        var start = Availability.Now;
        List<string> missing = [], last = [];
        await Poll.UntilAsync(
            "every account answers",
            () =>
            {
                if (missing.Count > 0) last = missing;
                missing = [.. Accounts.Where(account => !Availability.HasAnsweredSince(account, start))];
                return Task.FromResult(missing.Count == 0);
            },
            patience);
        var length = Availability.Now - start;
        return length < _long ? Fault.Seconds(length) : $"{Fault.Seconds(length)} (the last: {string.Join(", ", last.Take(3))})";
    }

    /// <summary>Begins nothing new, and sends what is open until all of it is acknowledged.</summary>
    public async Task EndAsync(TimeSpan patience)
    {
        await _enough.CancelAsync();
        await _senders.WaitAsync(patience);
        await _askers.WaitAsync(patience);
        _again.Writer.Complete();
        await _resenders.WaitAsync(patience);
    }

    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        await _senders.ContinueWith(_ => { }, TaskScheduler.Default);
        await _askers.ContinueWith(_ => { }, TaskScheduler.Default);
        _again.Writer.TryComplete();
        await _givenUp.CancelAsync();
        await _resenders.ContinueWith(_ => { }, TaskScheduler.Default);
        _givenUp.Dispose();
        _enough.Dispose();
    }

    private async Task SendAsync(int number)
    {
        using var client = NewClient(number);
        try
        {
            while (true)
            {
                await _chunkPace.NextAsync(_enough.Token);
                var chunk = NextChunk();
                var open = await client.SendAsync(chunk.Editions, chunk.AsLines);
                // Others go on with it: an account that doesn't answer must not keep the senders busy.
                if (open.Count > 0) _again.Writer.TryWrite((open, chunk.AsLines));
            }
        }
        catch (OperationCanceledException) when (_enough.IsCancellationRequested)
        {
        }
    }

    private async Task ResendAsync(int number)
    {
        using var client = NewClient(SendersCount + AskersCount + number);
        await foreach (var (editions, asLines) in _again.Reader.ReadAllAsync())
        {
            var open = editions;
            while (open.Count > 0 && !_givenUp.IsCancellationRequested) open = await client.SendAsync(open, asLines);
        }
    }

    private (IReadOnlyList<Edition> Editions, bool AsLines) NextChunk()
    {
        lock (_gate)
        {
            if (_nextChunk == _sets[^1].Chunks.Count)
            {
                _sets.Add(NewSet());
                _nextChunk = 0;
            }

            // Half of the chunks with several entries go as a JSON array, half as lines.
            return (_sets[^1].Chunks[_nextChunk++], _nextChunk % 2 == 0);
        }
    }

    private async Task AskAsync(int number)
    {
        var random = new Random(_seed - 1 - number);
        using var client = NewClient(SendersCount + number);
        try
        {
            while (true)
            {
                await _questionPace.NextAsync(_enough.Token);
                // A few instants again and again, so that the same question meets the same version; or any.
                long at = random.Next(2) == 0 ? random.Next(4) * (Workload.TicksMax / 3) : random.Next(Workload.TicksMax);
                await client.AskAsync(AccountToAsk(random), at);
            }
        }
        catch (OperationCanceledException) when (_enough.IsCancellationRequested)
        {
        }
    }

    /// <summary>
    /// Those that are written to in turn, and now and then one of the former. One that didn't answer is asked again soon, so that it
    /// counts as unavailable no longer than it is.
    /// </summary>
    private string AccountToAsk(Random random)
    {
        if (random.Next(2) == 0 && Availability.Unanswered is { Count: > 0 } unanswered) return unanswered[random.Next(unanswered.Count)];
        lock (_gate)
        {
            var accounts = _sets[^1].Accounts;
            if (_sets.Count > 1 && random.Next(5) == 0)
            {
                var former = _sets[random.Next(_sets.Count - 1)].Accounts;
                return former[random.Next(former.Count)];
            }

            return accounts[_nextAccount++ % accounts.Count];
        }
    }

    private Workload NewSet() => new(_seed + _sets.Count, EditionsPerSet, $"{_name}-{_sets.Count}");
}
