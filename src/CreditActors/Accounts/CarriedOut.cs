using CreditActors.Ledger;

namespace CreditActors.Accounts;

/// <summary>A closing that is carried out: the account's journal is the one that it leaves.</summary>
/// <param name="Version">The version whose event has closed the books.</param>
/// <param name="Run">How far the journal had grown with it, and with each event since.</param>
internal sealed record CarriedOut(long Version, ClosingRun Run);
