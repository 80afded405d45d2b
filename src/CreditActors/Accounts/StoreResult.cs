namespace CreditActors.Accounts;

/// <summary>What a write or a recovery told about the event store.</summary>
internal enum StoreResult
{
    /// <summary>It took the write, or gave all there is to read.</summary>
    Done,

    /// <summary>It did not, or nobody knows.</summary>
    Failed,

    /// <summary>Nothing: it was never asked, or the fault was the account's own.</summary>
    Untold,
}
