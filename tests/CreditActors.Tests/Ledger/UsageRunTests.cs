using CreditActors.Ledger;
using CsCheck;
using Xunit.Abstractions;

namespace CreditActors.Tests.Ledger;

/// <summary>One epoch's usages in pages, beside a plain sorted list: enough of them to fill, split, empty and join pages.</summary>
public sealed class UsageRunTests(ITestOutputHelper output)
{
    private const int Times = 40;

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(3_000)]
    public void Any_insertions_removals_splits_and_joins_keep_every_partial_sum(int most) =>
        Gen.Select(Gen.Int[1, most], Gen.Int[0, int.MaxValue]).Sample(
            (count, seed) => RunRandomly(count, new Random(seed)),
            output.WriteLine,
            iter: Effort.Samples(most < 1_000 ? 300 : 25));

    [Fact]
    public void Usages_in_order_fill_their_pages_and_a_page_that_is_full_is_no_trouble()
    {
        var usages = new UsageTable();
        var run = default(UsageRun);
        for (var n = 0; n < 2_000; n++)
        {
            run.Insert(usages, usages.Add(new Usage($"{n:D5}", 1, n)));
            Assert.Equal((n + 1, (Int128)n + 1), (run.Count, run.Sum));
            Assert.Equal(n + 1, run.SumThrough(usages, n));
            Assert.Equal(n, run.SumThrough(usages, n - 1));
        }

        for (var n = 0; n < 2_000; n += 37)
            Assert.Equal(n + 1, run.SumThrough(usages, n));
    }

    [Fact]
    public void Usages_of_one_instant_lie_by_their_ids_and_are_found_again()
    {
        var usages = new UsageTable();
        var run = default(UsageRun);
        var chance = new Random(1);
        var ids = Enumerable.Range(0, 3_000).Select(n => $"u{n}").ToArray();
        chance.Shuffle(ids);
        foreach (var id in ids)
            run.Insert(usages, usages.Add(new Usage(id, 1, 7)));
        Assert.Equal(3_000, run.SumThrough(usages, 7));
        Assert.Equal(0, run.SumThrough(usages, 6));
        chance.Shuffle(ids);
        for (var n = 0; n < ids.Length; n++)
        {
            run.Remove(usages, usages.Find(ids[n]));
            Assert.Equal((ids.Length - n - 1, (Int128)ids.Length - n - 1), (run.Count, run.SumThrough(usages, 7)));
        }
    }

    private static void RunRandomly(int count, Random chance)
    {
        var usages = new UsageTable();
        var (left, right) = (default(UsageRun), default(UsageRun));
        var (model, cut) = (new List<int>(), long.MaxValue);
        for (var n = 0; n < count; n++)
        {
            if (model.Count > 0 && chance.Next(count < 100 ? 2 : 4) == 0)
            {
                var at = chance.Next(model.Count);
                var gone = model[at];
                model.RemoveAt(at);
                if (usages.Timestamp(gone) < cut)
                    left.Remove(usages, gone);
                else
                    right.Remove(usages, gone);
            }
            else
            {
                var usage = usages.Add(new Usage($"{chance.Next():X}-{n}", chance.NextInt64(1, Limits.AmountMax), chance.Next(Times)));
                model.Add(usage);
                if (usages.Timestamp(usage) < cut)
                    left.Insert(usages, usage);
                else
                    right.Insert(usages, usage);
            }

            if (chance.Next(count < 100 ? 4 : 200) == 0)
            {
                if (cut == long.MaxValue)
                {
                    cut = chance.Next(-1, Times + 2);
                    right = left.SplitOff(usages, cut);
                }
                else
                {
                    left.Append(right);
                    (right, cut) = (default, long.MaxValue);
                }
            }

            if (count < 100 || chance.Next(50) == 0)
                Compare();
        }

        Compare();

        void Compare()
        {
            Assert.Equal(model.Count, left.Count + right.Count);
            for (var at = -1L; at <= Times; at++)
            {
                var expected = model.Where(usage => usages.Timestamp(usage) <= at).Aggregate(Int128.Zero, (sum, usage) => sum + usages.Amount(usage));
                Assert.Equal(expected, left.SumThrough(usages, at) + right.SumThrough(usages, at));
            }

            Assert.Equal(left.Sum, left.SumThrough(usages, long.MaxValue));
            Assert.Equal(right.Sum, right.SumThrough(usages, long.MaxValue));
            Assert.Equal(0, right.SumThrough(usages, cut - 1));
        }
    }
}
