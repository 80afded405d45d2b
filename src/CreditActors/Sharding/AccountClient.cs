using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Akka.Actor;
using Akka.Hosting;
using CreditActors.Accounts;
using CreditActors.Ledger;
using CreditActors.Protocol;

namespace CreditActors.Sharding;

/// <summary>
/// The only door to the accounts. Every call ends within its deadline; what isn't known to be stored by then is
/// <see cref="OutcomeStatus.Unavailable"/>. Refusals are values; nothing here throws for what a caller or a store can cause.
/// A caller that cancels gets its <see cref="OperationCanceledException"/>.
/// </summary>
public sealed class AccountClient : IDisposable
{
    private readonly IRequiredActor<AccountRegion> _region;
    private readonly AccountClientSettings _settings;
    private readonly TimeProvider _time;
    private readonly NodeLife _life;
    private readonly AccountMetrics _metrics;
    private readonly CallsUnderWay _calls;
    private readonly ResidentAccounts _residents;
    private readonly EntriesInFlight _inFlight;
    private AccountRoute? _knownRoute;

    /// <param name="region">The way to the accounts.</param>
    /// <param name="settings">Its bounds.</param>
    /// <param name="time">Measures the deadline.</param>
    /// <param name="life">When this node can reach accounts, and when no more.</param>
    /// <param name="metrics">Where every call and every outcome is counted.</param>
    /// <param name="residents">The accounts in memory at this node.</param>
    internal AccountClient(
        IRequiredActor<AccountRegion> region, AccountClientSettings settings, TimeProvider time, NodeLife life, AccountMetrics metrics, ResidentAccounts residents)
    {
        _residents = residents;
        _region = region;
        _settings = settings;
        _time = time;
        _life = life;
        _metrics = metrics;
        _calls = new(settings, time, life.Ended);
        _inFlight = new(settings.EntriesInFlightMax);
        _metrics.Watch(() => _inFlight.Count, settings.EntriesInFlightMax);
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
            var outcome = Refused(accountId, entry) ?? OutcomeIn(await AskAsync(CommandOf(accountId, entry), start, mayRunHere: true, cancellation).ConfigureAwait(false));
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
    public async Task<ImmutableArray<EntryOutcome>> RecordAsync(IReadOnlyList<AccountEntry> entries, CancellationToken cancellation = default) =>
        ImmutableCollectionsMarshal.AsImmutableArray(await RecordAndCountAsync(entries, null, cancellation).ConfigureAwait(false));

    /// <summary>The same, and each outcome is told as soon as it is there. When this ends all have been, or are about to be by another thread; not so when the caller cancels.</summary>
    public Task RecordAsync(IReadOnlyList<AccountEntry> entries, IOutcomeSink sink, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(sink);
        return RecordAndCountAsync(entries, sink, cancellation);
    }

    /// <summary>The balance at tick <paramref name="at"/>. <see cref="Ask{T}.IsAvailable"/> is false when no answer came within the deadline, or the account's books are closed there.</summary>
    /// <exception cref="ArgumentException">The id names no account, or <paramref name="at"/> is no tick: <see cref="EntryRules"/> says so beforehand.</exception>
    public Task<Ask<BalanceAnswer>> GetBalanceAsync(string accountId, long at, CancellationToken cancellation = default) =>
        GetBalanceAsync(accountId, at, isOneOfMany: false, cancellation);

    /// <summary>The same.</summary>
    /// <param name="accountId">Whose.</param>
    /// <param name="at">A tick.</param>
    /// <param name="isOneOfMany">The caller has others to ask, which must not wait where this account has to replay much: its thread doesn't run the account.</param>
    /// <param name="cancellation">The caller's.</param>
    /// <exception cref="ArgumentException">As above.</exception>
    public async Task<Ask<BalanceAnswer>> GetBalanceAsync(string accountId, long at, bool isOneOfMany, CancellationToken cancellation)
    {
        if ((EntryRules.CheckAccountId(accountId) ?? EntryRules.CheckAt(at)) is { } refusal)
            throw new ArgumentException(refusal.ToString());
        var start = _time.GetTimestamp();
        try
        {
            var answer = BalanceIn(await AskAsync(new GetBalance(accountId, at), start, !isOneOfMany, cancellation).ConfigureAwait(false));
            _metrics.Asked(answer, _time.GetElapsedTime(start));
            return answer;
        }
        catch (OperationCanceledException)
        {
            _metrics.QuestionGivenUp(_time.GetElapsedTime(start));
            throw;
        }
    }

    /// <summary>No more calls are looked after.</summary>
    public void Dispose() => _calls.Dispose();

    private async Task<EntryOutcome[]> RecordAndCountAsync(IReadOnlyList<AccountEntry> entries, IOutcomeSink? sink, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var start = _time.GetTimestamp();
        try
        {
            var outcomes = await RecordAllAsync(entries, sink, start, cancellation).ConfigureAwait(false);
            _metrics.Recorded(outcomes, _time.GetElapsedTime(start));
            return outcomes;
        }
        catch (OperationCanceledException)
        {
            _metrics.RecordGivenUp(_time.GetElapsedTime(start));
            throw;
        }
    }

    private async Task<EntryOutcome[]> RecordAllAsync(IReadOnlyList<AccountEntry> entries, IOutcomeSink? sink, long start, CancellationToken cancellation)
    {
        var outcomes = new EntryOutcome?[entries.Count];
        for (var i = 0; i < outcomes.Length; i++)
        {
            if ((outcomes[i] = Refused(entries[i].AccountId, entries[i].Entry)) is { } refused)
                sink?.Decided(i, refused);
        }

        var accounts = new EntriesByAccount(entries, i => outcomes[i] is not null);
        if (accounts.Count > 0 && _inFlight.TryEnter(accounts.EntryCount))
        {
            BatchCall? call = null;
            try
            {
                if (await RouteAsync(start, cancellation).ConfigureAwait(false) is { } route)
                    await OverAsync(call = new BatchCall(entries, accounts, outcomes, sink, route, _inFlight), start, cancellation).ConfigureAwait(false);
            }
            finally
            {
                if (call is null)
                    _inFlight.Leave(accounts.EntryCount);
                else
                    call.LeaveRest();
            }
        }

        for (var i = 0; i < outcomes.Length; i++)
        {
            if (outcomes[i] is not null)
                continue;
            outcomes[i] = EntryOutcome.Unavailable;
            sink?.Decided(i, EntryOutcome.Unavailable);
        }

        return outcomes!;
    }

    /// <summary>
    /// The answer to a message that counts as one entry, or null when none came in time. A shard that moves, or whose node dies, loses messages
    /// without a word, so what isn't answered is sent again, a bounded number of times: entries and questions may be repeated. All tries have one
    /// address for the answer, so that a slow one still counts; and the first that comes is the first that was decided.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<IWireMessage?> AskAsync(IAccountMessage message, long start, bool mayRunHere, CancellationToken cancellation)
    {
        if (!_inFlight.TryEnter(1))
            return null;
        try
        {
            if (await RouteAsync(start, cancellation).ConfigureAwait(false) is not { } route)
                return null;
            var call = new OneMessageCall(message, route, mayRunHere);
            await OverAsync(call, start, cancellation).ConfigureAwait(false);
            return call.Answer;
        }
        finally
        {
            _inFlight.Leave(1);
        }
    }

    /// <summary>Completes when the call is answered or given up.</summary>
    private ValueTask OverAsync(Call call, long start, CancellationToken cancellation)
    {
        _calls.Begin(call, start, _settings.Deadline);
        return call.EndAsync(cancellation);
    }

    /// <summary>The way to the accounts, or null when there is none in time.</summary>
    private ValueTask<AccountRoute?> RouteAsync(long start, CancellationToken cancellation) =>
        _knownRoute is { } route && _life is { Joined.IsCompleted: true, Ended.IsCancellationRequested: false } ? new(route) : new(FindRouteAsync(start, cancellation));

    private async Task<AccountRoute?> FindRouteAsync(long start, CancellationToken cancellation)
    {
        using var given = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _life.Ended);
        try
        {
            // Until the actor system is up there is no region; that counts against the deadline too.
            var left = _settings.Deadline - _time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
                return null;
            if (_knownRoute is null)
            {
                var region = await _region.GetAsync(given.Token).WaitAsync(left, _time, given.Token).ConfigureAwait(false);
                _knownRoute = new((IInternalActorRef)region, _residents);
            }

            // A node that hasn't joined reaches nobody: the caller does better to turn to another at once.
            await _life.Joined.WaitAsync(_life.JoinWithin, _time, given.Token).ConfigureAwait(false);
            return _knownRoute;
        }
        catch (Exception late) when (late is TimeoutException || (late is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }

    private static IAccountMessage CommandOf(string accountId, Entry entry) =>
        entry is Credit credit ? new AddCredit(accountId, credit) : new UseCredit(accountId, (Usage)entry);

    private static EntryOutcome OutcomeIn(IWireMessage? reply) => reply switch
    {
        EntriesOutcome decided => decided.Outcomes[0],
        null => EntryOutcome.Unavailable,
        _ => throw new UnreachableException($"{reply.GetType()} answers no entry."),
    };

    private static Ask<BalanceAnswer> BalanceIn(IWireMessage? reply) => reply switch
    {
        BalanceAnswer answer => new(answer),
        BeforeHorizon before => new(null, before.Horizon),
        null or AccountUnavailable => default,
        _ => throw new UnreachableException($"{reply.GetType()} answers no question."),
    };

    private static EntryOutcome? Refused(string accountId, Entry entry) =>
        (EntryRules.CheckAccountId(accountId) ?? EntryRules.Check(entry)) is { } refusal ? EntryOutcome.Rejected(refusal) : null;
}
