using CreditActors.Ledger;

namespace GpuCredit.Host.Sources;

/// <summary>An entry that can never succeed.</summary>
/// <param name="Index">Its place in the message, from 0.</param>
/// <param name="Status">Rejected, conflict or late.</param>
/// <param name="Reason">A sentence for people.</param>
internal readonly record struct BadEntry(int Index, OutcomeStatus Status, string Reason);
