using System.Collections.Immutable;
using CreditActors.Ledger;
using CreditActors.Protocol;

namespace CreditActors.Sharding;

/// <summary>
/// The only door to the accounts. Every call ends within its deadline; what isn't known to be stored by then is
/// <see cref="OutcomeStatus.Unavailable"/>. Refusals are values; nothing here throws for what a caller or a store can cause.
/// (Skeleton; being written.)
/// </summary>
public sealed class AccountClient
{
    /// <summary>Records one entry of one account; ids and values are checked here, before any actor is made.</summary>
    public Task<EntryOutcome> RecordAsync(string accountId, Entry entry, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    /// <summary>
    /// Records entries of any accounts, one outcome for each, in order, as if sent one after another; the entries of one
    /// account go to it together.
    /// </summary>
    public Task<ImmutableArray<EntryOutcome>> RecordAsync(IReadOnlyList<AccountEntry> entries, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    /// <summary>The balance at tick <paramref name="at"/>. <see cref="Ask{T}.IsAvailable"/> is false when no answer came within the deadline.</summary>
    public Task<Ask<BalanceAnswer>> GetBalanceAsync(string accountId, long at, CancellationToken cancellation = default) =>
        throw new NotSupportedException();
}
