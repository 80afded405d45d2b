namespace CreditActors.Accounts;

/// <summary>What a write told about the event store.</summary>
internal enum WriteResult
{
    /// <summary>It took the write.</summary>
    Stored,

    /// <summary>It did not, or nobody knows.</summary>
    Failed,

    /// <summary>Nothing: the write was never sent, or the fault was the event's own.</summary>
    Untold,
}
