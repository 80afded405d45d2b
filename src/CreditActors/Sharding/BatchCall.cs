using System.Diagnostics;
using System.Runtime.InteropServices;
using CreditActors.Protocol;
using Entry = CreditActors.Ledger.Entry;

namespace CreditActors.Sharding;

/// <summary>
/// A call with entries of any accounts: to each account one message after another, the next when the last is answered, so that no
/// entry overtakes another, whatever a shard's move does to messages under way; to all accounts at once.
/// </summary>
/// <param name="entries">All of them, also those that don't go anywhere.</param>
/// <param name="accounts">Which go to which account.</param>
/// <param name="outcomes">Where they are put. What stays null wasn't decided.</param>
/// <param name="route">How it gets to the accounts.</param>
internal sealed class BatchCall(IReadOnlyList<AccountEntry> entries, EntriesByAccount accounts, EntryOutcome?[] outcomes, AccountRoute route) : Call
{
    private readonly Lock _lock = new();
    private readonly Chunk[] _chunks = new Chunk[accounts.Count];
    private int _accountsLeft = accounts.Count;
    private bool _isClosed;

    public override void Answered(AnswerAddress from, IWireMessage answer)
    {
        if (answer is not EntriesOutcome { Outcomes: var decided })
        {
            Fail(new UnreachableException($"{answer.GetType()} answers no entries."));
            return;
        }

        AnswerAddress? next = null;
        lock (_lock)
        {
            if (_isClosed)
                return;
            var (begin, length, _) = _chunks[from.Place];
            var positions = accounts.PositionsOf(from.Place);
            for (var i = 0; i < Math.Min(length, decided.Length); i++)
                outcomes[positions[begin + i]] = decided[i];
            if (begin + length < positions.Length)
                next = Prepare(from.Place, begin + length);
            else if (--_accountsLeft > 0)
                return;
            else
                _isClosed = true;
        }

        if (next is null)
            Finish();
        else
            Calls!.Send(next);
    }

    public override void Send(long now, long waiting, int triesMax)
    {
        for (var account = 0; account < _chunks.Length; account++)
        {
            AnswerAddress address;
            lock (_lock)
            {
                if (_isClosed)
                    return;
                address = _chunks[account].Address ?? Prepare(account, 0);
            }

            address.Send(now, waiting, triesMax);
        }
    }

    protected override void Close()
    {
        lock (_lock)
            _isClosed = true;
        foreach (var (_, _, address) in _chunks)
            address?.End();
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
