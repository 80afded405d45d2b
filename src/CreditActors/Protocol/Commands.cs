using System.Collections.Immutable;
using CreditActors.Ledger;

namespace CreditActors.Protocol;

/// <summary>Record one credit. Answered by <see cref="EntriesOutcome"/> with one outcome.</summary>
public sealed record AddCredit(string AccountId, Credit Credit) : IAccountMessage;

/// <summary>Record one usage. Answered by <see cref="EntriesOutcome"/> with one outcome.</summary>
public sealed record UseCredit(string AccountId, Usage Usage) : IAccountMessage;

/// <summary>Record entries, as if sent one after another. Answered by <see cref="EntriesOutcome"/>, one outcome for each, in order.</summary>
public sealed record RecordEntries(string AccountId, ImmutableArray<Entry> Entries) : IAccountMessage
{
    /// <summary>Entries in one command at most; more go in several, one after another.</summary>
    public const int EntriesMax = 4_096;
}

/// <summary>Ask what remains at tick <paramref name="At"/>, by what is stored. Answered by <see cref="BalanceAnswer"/>.</summary>
public sealed record GetBalance(string AccountId, long At) : IAccountMessage;
