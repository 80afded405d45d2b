using CreditActors.Ledger;
using CreditActors.Protocol;

namespace CreditActors.Accounts;

/// <summary>Entries that are, or will be, one stored event, and the callers who are told when it is.</summary>
/// <param name="order">Batches are stored in this order.</param>
internal sealed class Batch<TCaller>(long order)
{
    private EntryOutcome? _recorded;

    public long Order { get; } = order;

    /// <summary>In the order of acceptance.</summary>
    public List<Entry> Entries { get; } = [];

    /// <summary>Callers none of whose outcomes leans on a later batch.</summary>
    public List<Waiting<TCaller>> Waiting { get; } = [];

    /// <summary>By how much its entries change the sum of the account's standing credits.</summary>
    public Int128 CreditsDelta { get; set; }

    /// <summary>What the ids that come with it take of the journal's room.</summary>
    public long NewCreditIdBytes { get; set; }

    /// <inheritdoc cref="NewCreditIdBytes"/>
    public long NewUsageIdBytes { get; set; }

    /// <summary>The books are closed after its entries; null: they are not.</summary>
    public Closing? Closing { get; set; }

    /// <summary>The version that it was stored as; 0 until then.</summary>
    public long Version { get; set; }

    public bool IsStored => Version != 0;

    /// <summary>One outcome for all, since thousands of entries share it.</summary>
    public EntryOutcome RecordedAs(long version) =>
        _recorded is { } shared && shared.Version == version ? shared : _recorded = new(OutcomeStatus.Recorded, version);
}
