using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using CreditActors.Ledger;
using CreditActors.Protocol;

namespace CreditActors.Accounts;

/// <summary>
/// One account: what is stored (the journal), and what is on its way there. Pure; the actor around it stores and replies.
/// <para>
/// While one write is in flight commands go on being decided, and what they accept gathers to become the next event. An
/// entry is compared with the edition that would stand if everything in flight and gathered were stored. Its caller
/// is told when all that its outcomes lean on is stored, never before. A write that fails takes everything gathered behind it
/// along, since that was decided in the belief that it would succeed. Questions are answered from what is stored.
/// </para>
/// </summary>
/// <typeparam name="TCaller">Whoever is to be told; this class only hands it back.</typeparam>
/// <param name="eventEntriesMax">Entries in one event.</param>
/// <param name="waitingEntriesMax">Entries whose callers wait.</param>
/// <param name="journal">What is stored, at first.</param>
/// <param name="horizonLength">How far back from now entries are taken, in ticks; null: however far back.</param>
internal sealed partial class AccountState<TCaller>(int eventEntriesMax, int waitingEntriesMax, Journal journal, long? horizonLength = null)
{
    private readonly AccountHorizon<TCaller> _horizon = new(horizonLength);
    private ClosingRun? _closing;
    private long _closedAt;
    private readonly Queue<Batch<TCaller>> _gathered = new();
    private readonly Dictionary<(EntryKind Kind, string Id), (Entry Edition, Batch<TCaller> Batch)> _pending = [];
    private Batch<TCaller>? _inFlight;
    private Batch<TCaller>? _gathering; // the last of _gathered
    private Batch<TCaller>? _newestWithCredits;
    private Int128 _pendingCredits;
    private long _pendingCreditIdBytes;
    private long _pendingUsageIdBytes;
    private int _waitingEntries;
    private long _batches;

    /// <summary>What is stored. While a closing is carried out it is the one that is closed.</summary>
    public Journal Journal { get; private set; } = journal;

    /// <summary>True while a closing is stored and not yet carried out.</summary>
    public bool IsClosing => _closing is not null;

    /// <summary>The sequence number of the last stored event; 0 when there is none.</summary>
    public long Version { get; private set; }

    public bool IsWriting => _inFlight is not null;

    public bool HasGathered => _gathered.Count > 0;

    /// <summary>Decides entries in order. Null: the caller's answer comes with a write.</summary>
    /// <param name="caller">Whoever is to be told.</param>
    /// <param name="entries">What it sent.</param>
    /// <param name="now">The tick that it is; it matters only where there is a horizon.</param>
    public ImmutableArray<EntryOutcome>? Decide(TCaller caller, ReadOnlySpan<Entry> entries, long now = 0)
    {
        if (entries.Length > waitingEntriesMax - _waitingEntries)
            return [.. Enumerable.Repeat(EntryOutcome.Unavailable, entries.Length)];

        var decided = new Decided<TCaller>[entries.Length];
        Batch<TCaller>? last = null;
        for (var i = 0; i < entries.Length; i++)
        {
            decided[i] = Decide(entries[i], now);
            if (decided[i].Lean is { } lean && (last is null || lean.Order > last.Order))
                last = lean;
        }

        if (_gathering is not null && !IsClosing)
            _horizon.MayClose(_gathering, Journal, now);
        var waiting = new Waiting<TCaller>(caller, decided);
        if (last is null)
            return waiting.Answer().Outcomes;
        last.Waiting.Add(waiting);
        _waitingEntries += waiting.Count;
        return null;
    }

    /// <summary>The event to store next. There must be something gathered, and nothing in flight.</summary>
    public EntriesRecorded BeginWrite()
    {
        if (_inFlight is not null)
            throw new UnreachableException("One write at a time.");
        _inFlight = _gathered.Dequeue();
        if (_inFlight == _gathering)
            _gathering = null;
        return new([.. _inFlight.Entries], _inFlight.Closing);
    }

    /// <summary>The write in flight is stored: takes it in, and says whom to tell what.</summary>
    public List<Answer<TCaller>> CompleteWrite(long version)
    {
        var stored = _inFlight ?? throw new UnreachableException("No write is in flight.");
        _inFlight = null;
        if (_newestWithCredits == stored)
            _newestWithCredits = null;
        Journal.Apply(CollectionsMarshal.AsSpan(stored.Entries));
        foreach (var entry in stored.Entries)
        {
            if (_pending.TryGetValue((entry.Kind, entry.Id), out var pending) && pending.Batch == stored)
                _pending.Remove((entry.Kind, entry.Id));
        }

        _closing?.Take(stored.Entries.ToArray(), version);
        if (stored.Closing is { } closing)
        {
            _horizon.Settle();
            (_closing, _closedAt) = (Journal.BeginClosing(closing), version);
        }

        Version = version;
        stored.Version = version;
        _pendingCredits -= stored.CreditsDelta;
        _pendingCreditIdBytes -= stored.NewCreditIdBytes;
        _pendingUsageIdBytes -= stored.NewUsageIdBytes;
        var answers = new List<Answer<TCaller>>(stored.Waiting.Count);
        Release(stored, answers);
        return answers;
    }

    /// <summary>
    /// The write in flight failed, or none may begin: whatever isn't stored is given up, and the state is what is stored.
    /// </summary>
    public List<Answer<TCaller>> GiveUp()
    {
        var answers = new List<Answer<TCaller>>();
        if (_inFlight is not null)
            Release(_inFlight, answers);
        foreach (var batch in _gathered)
            Release(batch, answers);
        _inFlight = null;
        _gathering = null;
        _newestWithCredits = null;
        _gathered.Clear();
        _pending.Clear();
        _horizon.Settle();
        _pendingCredits = 0;
        _pendingCreditIdBytes = 0;
        _pendingUsageIdBytes = 0;
        if (_waitingEntries != 0)
            throw new UnreachableException("Everyone who waited has been told.");
        return answers;
    }

    /// <summary>Carries out about so many entries more of a closing that is under way.</summary>
    /// <returns>What became of it, once it is over; null until then.</returns>
    public CarriedOut? CarryOut(int entries)
    {
        if (_closing is not { } run)
            throw new UnreachableException("No closing is under way.");
        run.Step(entries);
        if (!run.IsDone)
            return null;
        (Journal, _closing) = (run.Journal, null);
        return new(_closedAt, run);
    }

    private Decided<TCaller> Decide(Entry entry, long now)
    {
        if (EntryRules.Check(entry) is { } refusal)
            return new(EntryOutcome.Rejected(refusal, Version), null);

        Entry? standing;
        Batch<TCaller>? lean = null;
        if (_pending.TryGetValue((entry.Kind, entry.Id), out var pending))
            (standing, lean) = pending;
        else
            standing = Journal.Standing(entry.Kind, entry.Id);

        if (standing is null && Journal.Closed?.Find(entry) is { } known)
            return new(new EntryOutcome(known, Version), null);

        var decision = Decision.Compare(entry, standing);
        if (decision.Status != OutcomeStatus.Recorded)
            return new(new EntryOutcome(decision.Status, Version, Standing: decision.Standing), lean);
        var standingIn = lean;

        if (standing is null && ExceedsIds(entry, out lean))
            return new(EntryOutcome.Rejected(EntryRules.IdsExceeded(entry.Kind), Version), lean);

        if (entry.Kind == EntryKind.Credit && ExceedsCredits(entry, standing, out lean))
            return new(EntryOutcome.Rejected(EntryRules.StandingCreditsExceeded, Version), lean);

        if (_horizon.IsLate(entry, standing, standingIn, Journal.Horizon, now, out lean))
            return new(new EntryOutcome(OutcomeStatus.Late, Version), lean);

        return new(null, Gather(entry, standing));
    }

    /// <param name="entry">A credit to be recorded.</param>
    /// <param name="standing">The edition that it would replace.</param>
    /// <param name="lean">The batch that the excess is due to; null when what is stored leaves no room either.</param>
    private bool ExceedsCredits(Entry entry, Entry? standing, out Batch<TCaller>? lean)
    {
        lean = null;
        var stored = Journal.StandingCreditsSum;
        if (stored + _pendingCredits - (standing?.Amount ?? 0) + entry.Amount <= Limits.StandingCreditsMax)
            return false;
        var storedEdition = Journal.Standing(entry.Kind, entry.Id);
        if (stored - (storedEdition?.Amount ?? 0) + entry.Amount <= Limits.StandingCreditsMax)
            lean = _newestWithCredits;
        return true;
    }

    /// <param name="entry">An entry whose id is new.</param>
    /// <param name="lean">The last batch, when what is stored leaves room; null when it doesn't either.</param>
    private bool ExceedsIds(Entry entry, out Batch<TCaller>? lean)
    {
        lean = null;
        var bytes = IdTable.BytesOf(entry.Id);
        var pending = entry.Kind == EntryKind.Credit ? _pendingCreditIdBytes : _pendingUsageIdBytes;
        if (Journal.HasRoomForNew(entry.Kind, pending + bytes))
            return false;
        if (Journal.HasRoomForNew(entry.Kind, bytes))
            lean = _gathering ?? _inFlight;
        return true;
    }

    private Batch<TCaller> Gather(Entry entry, Entry? standing)
    {
        if (_gathering is null || _gathering.Entries.Count >= eventEntriesMax)
            _gathered.Enqueue(_gathering = new(++_batches));
        _gathering.Entries.Add(entry);
        _pending[(entry.Kind, entry.Id)] = (entry, _gathering);
        var newIdBytes = standing is null ? IdTable.BytesOf(entry.Id) : 0;
        if (entry.Kind == EntryKind.Usage)
        {
            _gathering.NewUsageIdBytes += newIdBytes;
            _pendingUsageIdBytes += newIdBytes;
            return _gathering;
        }

        _gathering.NewCreditIdBytes += newIdBytes;
        _pendingCreditIdBytes += newIdBytes;
        var delta = (Int128)entry.Amount - (standing?.Amount ?? 0);
        _gathering.CreditsDelta += delta;
        _pendingCredits += delta;
        _newestWithCredits = _gathering;
        return _gathering;
    }

    private void Release(Batch<TCaller> batch, List<Answer<TCaller>> answers)
    {
        foreach (var waiting in batch.Waiting)
        {
            _waitingEntries -= waiting.Count;
            answers.Add(waiting.Answer());
        }
    }
}
