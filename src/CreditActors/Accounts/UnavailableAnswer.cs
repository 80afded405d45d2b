using System.Collections.Immutable;
using System.Diagnostics;
using CreditActors.Protocol;

namespace CreditActors.Accounts;

/// <summary>What the sender of a message to an account is told when the account can't be read now.</summary>
internal static class UnavailableAnswer
{
    public static IWireMessage To(IAccountMessage message, string accountId) => message is GetBalance
        ? new AccountUnavailable(accountId)
        : new EntriesOutcome(accountId, Outcomes(EntriesIn(message)));

    public static ImmutableArray<EntryOutcome> Outcomes(int entries) => [.. Enumerable.Repeat(EntryOutcome.Unavailable, entries)];

    /// <summary>What a message that waits counts for: its entries, and a question as one.</summary>
    public static int EntriesIn(IAccountMessage message) => message switch
    {
        AddCredit or UseCredit or GetBalance => 1,
        RecordEntries record => record.Entries.Length,
        _ => throw new UnreachableException($"{message.GetType()} is no account's."),
    };
}
