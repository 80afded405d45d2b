using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Akka.Actor;
using Akka.Hosting;
using CreditActors.Ledger;
using CreditActors.Protocol;

namespace CreditActors.Sharding;

/// <summary>
/// The only door to the accounts. Every call ends within its deadline; what isn't known to be stored by then is
/// <see cref="OutcomeStatus.Unavailable"/>. Refusals are values; nothing here throws for what a caller or a store can cause.
/// A caller that cancels gets its <see cref="OperationCanceledException"/>.
/// </summary>
public sealed class AccountClient
{
    private readonly IRequiredActor<AccountRegion> _region;
    private readonly AccountClientSettings _settings;
    private readonly TimeProvider _time;
    private readonly NodeLife _life;
    private readonly AccountMetrics _metrics;
    private IActorRef? _knownRegion;
    private int _inFlight;

    /// <param name="region">The way to the accounts.</param>
    /// <param name="settings">Its bounds.</param>
    /// <param name="time">Measures the deadline.</param>
    /// <param name="life">When this node can reach accounts, and when no more.</param>
    /// <param name="metrics">Where every call and every outcome is counted.</param>
    internal AccountClient(IRequiredActor<AccountRegion> region, AccountClientSettings settings, TimeProvider time, NodeLife life, AccountMetrics metrics)
    {
        _region = region;
        _settings = settings;
        _time = time;
        _life = life;
        _metrics = metrics;
        _metrics.Watch(() => Volatile.Read(ref _inFlight), settings.EntriesInFlightMax);
    }

    /// <summary>How many entries may be under way at once; a call with more is never taken.</summary>
    public int EntriesInFlightMax => _settings.EntriesInFlightMax;

    /// <summary>Records one entry of one account; ids and values are checked here, before any actor is made.</summary>
    public async Task<EntryOutcome> RecordAsync(string accountId, Entry entry, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var start = _time.GetTimestamp();
        try
        {
            var outcome = await RecordOneAsync(accountId, entry, cancellation).ConfigureAwait(false);
            _metrics.Recorded(outcome, _time.GetElapsedTime(start));
            return outcome;
        }
        catch (OperationCanceledException)
        {
            _metrics.RecordGivenUp(_time.GetElapsedTime(start));
            throw;
        }
    }

    /// <summary>
    /// Records entries of any accounts, one outcome for each, in order, as if sent one after another; the entries of one
    /// account go to it together.
    /// </summary>
    public async Task<ImmutableArray<EntryOutcome>> RecordAsync(IReadOnlyList<AccountEntry> entries, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var start = _time.GetTimestamp();
        try
        {
            var outcomes = await RecordAllAsync(entries, start, cancellation).ConfigureAwait(false);
            _metrics.Recorded(outcomes, _time.GetElapsedTime(start));
            return ImmutableCollectionsMarshal.AsImmutableArray(outcomes);
        }
        catch (OperationCanceledException)
        {
            _metrics.RecordGivenUp(_time.GetElapsedTime(start));
            throw;
        }
    }

    /// <summary>The balance at tick <paramref name="at"/>. <see cref="Ask{T}.IsAvailable"/> is false when no answer came within the deadline, or the account's books are closed there.</summary>
    /// <exception cref="ArgumentException">The id names no account, or <paramref name="at"/> is no tick: <see cref="EntryRules"/> says so beforehand.</exception>
    public async Task<Ask<BalanceAnswer>> GetBalanceAsync(string accountId, long at, CancellationToken cancellation = default)
    {
        if ((EntryRules.CheckAccountId(accountId) ?? EntryRules.CheckAt(at)) is { } refusal)
            throw new ArgumentException(refusal.ToString());
        var start = _time.GetTimestamp();
        try
        {
            var answer = await AskBalanceAsync(accountId, at, cancellation).ConfigureAwait(false);
            _metrics.Asked(answer, _time.GetElapsedTime(start));
            return answer;
        }
        catch (OperationCanceledException)
        {
            _metrics.QuestionGivenUp(_time.GetElapsedTime(start));
            throw;
        }
    }

    private async Task<EntryOutcome> RecordOneAsync(string accountId, Entry entry, CancellationToken cancellation)
    {
        if (Refused(accountId, entry) is { } refused)
            return refused;
        if (!TryEnter(1))
            return EntryOutcome.Unavailable;
        try
        {
            IAccountMessage command = entry is Credit credit ? new AddCredit(accountId, credit) : new UseCredit(accountId, (Usage)entry);
            var outcomes = await AskAsync<EntriesOutcome>(command, _settings.Deadline, cancellation).ConfigureAwait(false);
            return outcomes is null ? EntryOutcome.Unavailable : outcomes.Outcomes[0];
        }
        finally
        {
            Interlocked.Add(ref _inFlight, -1);
        }
    }

    private async Task<EntryOutcome[]> RecordAllAsync(IReadOnlyList<AccountEntry> entries, long start, CancellationToken cancellation)
    {
        var outcomes = new EntryOutcome[entries.Count];
        var accounts = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        var allowed = 0;
        for (var i = 0; i < entries.Count; i++)
        {
            var (accountId, entry) = entries[i];
            if (Refused(accountId, entry) is { } refused)
            {
                outcomes[i] = refused;
                continue;
            }

            ref var positions = ref CollectionsMarshal.GetValueRefOrAddDefault(accounts, accountId, out _);
            (positions ??= []).Add(i);
            allowed++;
        }

        if (!TryEnter(allowed))
        {
            foreach (var position in accounts.Values.SelectMany(positions => positions))
                outcomes[position] = EntryOutcome.Unavailable;
            return outcomes;
        }

        try
        {
            await Task.WhenAll(accounts.Select(account => RecordInOrderAsync(account.Key, entries, account.Value, outcomes, start, cancellation)))
                .ConfigureAwait(false);
            return outcomes;
        }
        finally
        {
            Interlocked.Add(ref _inFlight, -allowed);
        }
    }

    private async Task<Ask<BalanceAnswer>> AskBalanceAsync(string accountId, long at, CancellationToken cancellation)
    {
        if (!TryEnter(1))
            return default;
        try
        {
            var reply = await AskAsync<IWireMessage>(new GetBalance(accountId, at), _settings.Deadline, cancellation).ConfigureAwait(false);
            return reply switch
            {
                BalanceAnswer answer => new(answer),
                BeforeHorizon before => new(null, before.Horizon),
                null or AccountUnavailable => default,
                _ => throw new UnreachableException($"{reply.GetType()} answers no question."),
            };
        }
        finally
        {
            Interlocked.Add(ref _inFlight, -1);
        }
    }

    /// <summary>
    /// One account's entries, chunk after chunk: the next leaves when the last is answered, so that no chunk overtakes
    /// another, whatever a shard's move does to messages under way.
    /// </summary>
    private async Task RecordInOrderAsync(
        string accountId, IReadOnlyList<AccountEntry> entries, List<int> positions, EntryOutcome[] outcomes, long start, CancellationToken cancellation)
    {
        for (var done = 0; done < positions.Count;)
        {
            var chunk = positions.GetRange(done, EntryChunks.Length(entries, CollectionsMarshal.AsSpan(positions), done));
            var command = ImmutableArray.CreateBuilder<Entry>(chunk.Count);
            foreach (var position in chunk)
                command.Add(entries[position].Entry);

            var left = _settings.Deadline - _time.GetElapsedTime(start);
            var answer = left <= TimeSpan.Zero
                ? null
                : await AskAsync<EntriesOutcome>(new RecordEntries(accountId, command.MoveToImmutable()), left, cancellation).ConfigureAwait(false);
            for (var i = 0; i < chunk.Count; i++)
                outcomes[chunk[i]] = answer is null ? EntryOutcome.Unavailable : answer.Outcomes[i];
            done += chunk.Count;
        }
    }

    /// <summary>
    /// The answer, or null when none came in time. A shard that moves, or whose node dies, loses messages without a word, so what
    /// isn't answered is sent again, a bounded number of times: entries and questions may be repeated. All tries have one
    /// address for the answer, so that a slow one still counts; and the first that comes is the first that was decided.
    /// </summary>
    private async Task<T?> AskAsync<T>(IAccountMessage message, TimeSpan timeout, CancellationToken cancellation)
        where T : class
    {
        var start = _time.GetTimestamp();
        try
        {
            // Until the actor system is up there is no region; that counts against the deadline too.
            var region = _knownRegion ??= await _region.GetAsync(cancellation).WaitAsync(timeout, _time, cancellation).ConfigureAwait(false);
            // A node that hasn't joined reaches nobody: the caller does better to turn to another at once.
            if (!_life.Joined.IsCompleted && !await IsOverWithin(_life.Joined, _life.JoinWithin).ConfigureAwait(false))
                return null;
            var left = timeout - _time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
                return null;
            IActorRef? answerTo = null;
            var answer = region.Ask<T>(
                self =>
                {
                    answerTo = self;
                    return message;
                },
                left,
                cancellation);
            var wait = _settings.TryAgainAfter;
            for (var tries = 1; tries < _settings.TriesMax && !await IsOverWithin(answer, wait).ConfigureAwait(false); tries++)
            {
                region.Tell(message, answerTo!);
                wait *= 2;
            }

            return await answer.WaitAsync(_life.Ended).ConfigureAwait(false);
        }
        catch (Exception late) when (late is AskTimeoutException or TimeoutException || (late is OperationCanceledException && _life.Ended.IsCancellationRequested && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>However it ended.</summary>
    private async ValueTask<bool> IsOverWithin(Task answer, TimeSpan time)
    {
        await answer.WaitAsync(time, _time, _life.Ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return answer.IsCompleted || _life.Ended.IsCancellationRequested;
    }

    private static EntryOutcome? Refused(string accountId, Entry entry) =>
        (EntryRules.CheckAccountId(accountId) ?? EntryRules.Check(entry)) is { } refusal ? EntryOutcome.Rejected(refusal) : null;

    /// <param name="count">Entries; a question counts as one.</param>
    private bool TryEnter(int count)
    {
        if (Interlocked.Add(ref _inFlight, count) <= _settings.EntriesInFlightMax)
            return true;
        Interlocked.Add(ref _inFlight, -count);
        return false;
    }
}
