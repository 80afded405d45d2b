using System.Diagnostics;
using System.Runtime.InteropServices;
using CreditActors.Protocol;
using Entry = CreditActors.Ledger.Entry;

namespace CreditActors.Sharding;

/// <summary>
/// A call with entries of any accounts: to each account one message after another, the next when the last is answered, so that no
/// entry overtakes another, whatever a shard's move does to messages under way; to all accounts side by side.
/// <para>
/// A thousand accounts that were told at once would all be in front of whatever else comes to this node, a question for a balance above all. So they are told in portions,
/// and each portion lets what has come meanwhile go first.
/// </para>
/// </summary>
/// <param name="entries">All of them, also those that don't go anywhere.</param>
/// <param name="accounts">Which go to which account.</param>
/// <param name="outcomes">Where they are put. What stays null wasn't decided.</param>
/// <param name="sink">Is told each, if anybody is.</param>
/// <param name="route">How it gets to the accounts.</param>
/// <param name="inFlight">Where the entries count until they are decided. (Not until the slowest account has answered: the others' would take the places of those that come.)</param>
internal sealed class BatchCall(
    IReadOnlyList<AccountEntry> entries, EntriesByAccount accounts, EntryOutcome?[] outcomes, IOutcomeSink? sink, AccountRoute route, EntriesInFlight inFlight)
    : Call, IThreadPoolWorkItem
{
    /// <summary>Accounts that are told at once. Most of them take it in at once, too: some tenths of a millisecond of work.</summary>
    private const int PortionMax = 32;

    private readonly Lock _lock = new();
    private readonly Chunk[] _chunks = new Chunk[accounts.Count];
    private int _accountsLeft = accounts.Count;
    private bool _isClosed;
    private int _entriesLeft = accounts.EntryCount;
    private int _hasBegun;
    private int _told;

    public override void Answered(AnswerAddress from, IWireMessage answer)
    {
        if (answer is not EntriesOutcome { Outcomes: var decided })
        {
            Fail(new UnreachableException($"{answer.GetType()} answers no entries."));
            return;
        }

        AnswerAddress? next = null;
        var isOver = false;
        int length;
        var positions = accounts.PositionsOf(from.Place);
        lock (_lock)
        {
            if (_isClosed)
                return;
            (var begin, length, _) = _chunks[from.Place];
            if (begin + length < positions.Length)
                next = Prepare(from.Place, begin + length);
            else
                isOver = _isClosed = --_accountsLeft == 0;
            _entriesLeft -= length;
            positions = positions.Slice(begin, Math.Min(length, decided.Length));
            for (var i = 0; i < positions.Length; i++)
                outcomes[positions[i]] = decided[i];
        }

        inFlight.Leave(length);
        if (next is not null)
            Calls!.Send(next);
        for (var i = 0; sink is not null && i < positions.Length; i++)
            sink.Decided(positions[i], decided[i]);
        if (isOver)
            Finish();
    }

    public override void Send(long now, long waiting, int triesMax, bool mayRunHere)
    {
        if (Interlocked.Exchange(ref _hasBegun, 1) == 0)
        {
            if (mayRunHere)
                TellPortion();
            else
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return;
        }

        var told = Volatile.Read(ref _told);
        for (var account = 0; account < told; account++)
        {
            AnswerAddress address;
            lock (_lock)
            {
                if (_isClosed)
                    return;
                address = _chunks[account].Address!;
            }

            address.Send(now, waiting, triesMax, mayRunHere);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            TellPortion();
        }
        catch (Exception fault)
        {
            Fail(fault);
        }
    }

    /// <summary>The call is over: what wasn't decided counts no longer.</summary>
    public void LeaveRest()
    {
        int left;
        lock (_lock)
        {
            _isClosed = true;
            (left, _entriesLeft) = (_entriesLeft, 0);
        }

        inFlight.Leave(left);
    }

    protected override void Close()
    {
        lock (_lock)
            _isClosed = true;
        foreach (var (_, _, address) in _chunks)
            address?.End();
    }

    /// <summary>By one thread at a time.</summary>
    private void TellPortion()
    {
        var end = Math.Min(_told + PortionMax, _chunks.Length);
        for (var account = _told; account < end; account++)
        {
            AnswerAddress address;
            lock (_lock)
            {
                if (_isClosed)
                    return;
                address = Prepare(account, 0);
            }

            Calls!.Send(address);
        }

        Volatile.Write(ref _told, end);
        if (end < _chunks.Length)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private AnswerAddress Prepare(int account, int begin)
    {
        var positions = accounts.PositionsOf(account);
        var length = EntryChunks.Length(entries, positions, begin);
        var command = new Entry[length];
        for (var i = 0; i < length; i++)
            command[i] = entries[positions[begin + i]].Entry;
        var message = new RecordEntries(entries[positions[0]].AccountId, ImmutableCollectionsMarshal.AsImmutableArray(command));
        var address = new AnswerAddress(this, account, message, route);
        _chunks[account] = new(begin, length, address);
        return address;
    }

    /// <summary>What is under way to one account.</summary>
    /// <param name="Begin">The place of its first entry among the account's.</param>
    /// <param name="Length">How many.</param>
    /// <param name="Address">Null until it is sent.</param>
    private readonly record struct Chunk(int Begin, int Length, AnswerAddress? Address);
}
