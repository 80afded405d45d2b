using CreditActors.Ledger;
using CreditActors.Tests.Ledger;

namespace CreditActors.Tests.Accounts;

internal static class SameBooks
{
    /// <summary>The same closed books, word for word, and the same journal over them.</summary>
    public static void Check(Journal expected, Journal actual, IReadOnlyCollection<Entry> everTaken)
    {
        Assert.Equal(expected.Horizon, actual.Horizon);
        Assert.Equal(Print(expected.Closed), Print(actual.Closed));
        Assert.Equal((expected.UsageCount, expected.CreditCount, expected.StandingCreditsSum), (actual.UsageCount, actual.CreditCount, actual.StandingCreditsSum));
        foreach (var (kind, id) in everTaken.Select(entry => (entry.Kind, entry.Id)).Distinct())
            Assert.Equal(expected.Standing(kind, id), actual.Standing(kind, id));
        Judge.SameAnswers(expected, actual, Oracle.InterestingTimes(everTaken).Where(at => at >= expected.Horizon));
    }

    private static string Print(ClosedBooks? books) => books is null
        ? "nothing closed"
        : $"{books.Horizon} {books.CreditsSum} {string.Join(", ", books.Sums)} "
            + string.Join("; ", books.IdsBetween(0, int.MaxValue).Select(ids => $"{ids.Horizon}: {string.Join(' ', ids.Digests)} {string.Join(' ', ids.Revisions)}"));
}
