namespace CreditActors.Ledger;

/// <summary>What an entry is. The order matters: at one timestamp credits are replayed before usages.</summary>
public enum EntryKind : byte
{
    Credit = 1,
    Usage = 2,
}
