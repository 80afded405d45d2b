using CreditActors.Ledger;

namespace CreditActors.Sharding;

/// <summary>An entry and the account it is for.</summary>
public readonly record struct AccountEntry(string AccountId, Entry Entry);
