using EndToEnd.Tests.Law;

namespace EndToEnd.Tests.Crash;

/// <summary>
/// The least and the greatest balance that the law allows while it isn't known which of the sent editions are stored.
/// Adding a credit never lowers a balance and adding a usage never raises one. So the least leaves out every credit
/// of which it isn't certain which edition stands, and holds every edition of a usage that may stand, side by side;
/// the greatest the other way round.
/// </summary>
internal static class PossibleBalances
{
    /// <param name="acknowledged">Stored for certain before the question.</param>
    /// <param name="left">All that had been sent when the answer came; holds what was acknowledged too.</param>
    /// <param name="at">The tick that was asked about.</param>
    public static (long Low, long High) Between(IReadOnlyCollection<Edition> acknowledged, IReadOnlyCollection<Edition> left, long at)
    {
        var stored = Oracle.Standing(acknowledged).ToDictionary(edition => (edition.IsCredit, edition.Id));
        var low = new List<Edition>();
        var high = new List<Edition>();
        foreach (var ofEntry in left.GroupBy(edition => (edition.IsCredit, edition.Id)))
        {
            var standing = stored.GetValueOrDefault(ofEntry.Key);
            var possible = ofEntry.Where(edition => standing is null || edition.Revision >= standing.Revision).ToList();
            var isCertain = standing is not null && possible.Count == 1;
            (ofEntry.Key.IsCredit ? high : low).AddRange(possible);
            if (isCertain) (ofEntry.Key.IsCredit ? low : high).AddRange(possible);
        }

        return (Oracle.ReplayStanding(low, at) ?? 0, Oracle.ReplayStanding(high, at) ?? 0);
    }
}
