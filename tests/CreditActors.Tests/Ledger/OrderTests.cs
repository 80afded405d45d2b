using CreditActors.Ledger;
using CsCheck;
using Xunit.Abstractions;

namespace CreditActors.Tests.Ledger;

/// <summary>
/// The two orders of the law at their last key, the id. No balance shows it (what ties there is active over the same span, or
/// spent at the same instant), but a statement of what burned will.
/// </summary>
public sealed class OrderTests(ITestOutputHelper output)
{
    [Fact]
    public void Usages_are_replayed_by_time_then_by_id_whichever_came_first() =>
        Gen.Select(Entries.AwkwardIds, Entries.AwkwardIds, Gen.Long[0, 1], Gen.Long[0, 1]).Where(pair => pair.Item1 != pair.Item2).Sample(
            (first, second, firstTime, secondTime) =>
            {
                var usages = new UsageTable();
                var (came, follows) = (usages.Add(new Usage(first, 1, firstTime)), usages.Add(new Usage(second, 1, secondTime)));
                var expected = firstTime != secondTime ? firstTime < secondTime : string.CompareOrdinal(first, second) < 0;
                Assert.Equal(expected, usages.Precedes(came, follows));
                Assert.Equal(!expected, usages.Precedes(follows, came));
                Assert.False(usages.Precedes(came, came));
            },
            output.WriteLine,
            iter: Effort.Samples(1_000));

    [Fact]
    public void Credits_of_one_priority_burn_by_end_then_start_then_id_whichever_came_first() =>
        Gen.Select(Entries.AwkwardIds, Gen.Long[0, 3], Gen.Long[3, 5]).Array[1, 12]
            .Select(rows => rows.DistinctBy(row => row.Item1).Select(row => new Credit(row.Item1, 1, row.Item2, row.Item3 - row.Item2)).ToArray())
            .Sample(
                credits =>
                {
                    var table = new CreditTable();
                    var lane = new Lane(Limits.PriorityDefault, table);
                    foreach (var credit in credits)
                    {
                        var number = table.FindOrAdd(credit.CreditId, out _);
                        table.Set(number, credit);
                        lane.Add(new Holding(credit.End, credit.Amount, number));
                    }

                    var burned = new List<string>();
                    while (lane.Count > 0)
                    {
                        burned.Add(table.Read(lane.Holdings[0].Credit).CreditId);
                        Assert.Equal(0, lane.Burn(1));
                    }

                    var inOrder = credits.OrderBy(credit => credit.Timestamp + credit.Expiration).ThenBy(credit => credit.Timestamp).ThenBy(credit => credit.CreditId, StringComparer.Ordinal);
                    Assert.Equal(inOrder.Select(credit => credit.CreditId), burned);
                    Assert.Equal(5, lane.Burn(5));
                },
                output.WriteLine,
                iter: Effort.Samples(1_000),
                print: credits => Script.Print(credits));
}
