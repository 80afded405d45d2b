using CreditActors.Ledger;

namespace CreditActors.Bench;

/// <summary>A benchmark of wrong balances would be worth nothing.</summary>
internal static class Agreement
{
    public static void Check(Journal journal, PlainReplay replay, long at)
    {
        var (expected, actual) = (replay.BalanceAt(at), journal.BalanceAt(at));
        if (expected != actual)
            throw new InvalidOperationException($"At {at} the plain replay says {expected} and the journal {actual}.");
    }
}
