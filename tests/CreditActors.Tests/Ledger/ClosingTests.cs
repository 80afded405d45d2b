using CreditActors.Ledger;
using CsCheck;
using Xunit.Abstractions;

namespace CreditActors.Tests.Ledger;

/// <summary>Journals whose books are closed at random moments, beside the oracle, which closes nothing.</summary>
public sealed class ClosingTests(ITestOutputHelper output)
{
    private const long ForgetNothing = long.MinValue;

    [Fact]
    public void Crowded_entries_with_closings_between_are_decided_and_answered_as_if_nothing_were_folded() =>
        Gen.Select(Entries.Crowded, Gen.Int[0, 9]).Array[1, 50].Sample(
            steps => Run(steps, stepMost: 3, askAfterEach: true, portion: int.MaxValue), output.WriteLine, iter: Effort.Samples(4_000), print: Print);

    [Fact]
    public void Many_epochs_with_closings_between_are_decided_and_answered_as_if_nothing_were_folded() =>
        Gen.Select(Entries.Wide, Gen.Int[0, 60]).Array[100, 400].Sample(
            steps => Run(steps, stepMost: 30, askAfterEach: false, portion: int.MaxValue), output.WriteLine, iter: Effort.Samples(40), print: Print);

    /// <summary>The entries that come meanwhile go into both journals, and the old one answers; then the new one takes its place.</summary>
    [Fact]
    public void Entries_and_questions_come_between_the_portions_of_a_closing() =>
        Gen.Select(Gen.Select(Entries.Crowded, Gen.Int[0, 9]).Array[1, 80], Gen.Int[1, 4]).Sample(
            (steps, portion) => Run(steps, stepMost: 3, askAfterEach: true, portion), output.WriteLine, iter: Effort.Samples(3_000),
            print: sample => $"{Print(sample.Item1)}, portions of {sample.Item2}");

    [Fact]
    public void Portions_as_large_as_an_epoch_come_between_many_epochs() =>
        Gen.Select(Gen.Select(Entries.Wide, Gen.Int[0, 30]).Array[100, 400], Gen.Int[1, 40]).Sample(
            (steps, portion) => Run(steps, stepMost: 30, askAfterEach: false, portion), output.WriteLine, iter: Effort.Samples(40),
            print: sample => $"{Print(sample.Item1)}, portions of {sample.Item2}");

    [Fact]
    public void A_portion_is_no_larger_than_asked_for_whatever_there_is_to_fold()
    {
        var usages = Enumerable.Range(0, 10_000).Select(i => new Usage($"u{i}", 1, i));
        var journal = Judge.JournalOf([new Credit("runs", 20_000, 0, 100_000), .. usages]);
        var run = journal.BeginClosing(new(5_000, ForgetNothing))!;
        var portions = 0;
        for (; !run.IsDone; portions++)
            run.Step(100);
        Assert.InRange(portions, 101, 160); // 10,001 entries to pass, and 5,000 digests to sort in 32 pages, each of them at once
        Assert.Equal((5_000, 5_000, 14_999), (run.Journal.UsageCount, run.Journal.Closed!.IdCount, run.Journal.BalanceAt(5_000)));
    }

    [Fact]
    public void A_running_credit_that_is_taken_back_while_the_closing_is_carried_out_stays_known()
    {
        var journal = Judge.JournalOf([new Credit("runs", 10, 0, 100), new Credit("other", 10, 0, 200), new Usage("u", 8, 5)]);
        var run = journal.BeginClosing(new(50, ForgetNothing))!;
        Entry[] later = [new Credit("runs", 0, 0, 60, Revision: 1)];
        Assert.Equal(OutcomeStatus.Recorded, journal.Decide(later[0]).Status);
        journal.Apply(later);
        run.Take(later, version: 2);
        Assert.Equal(2, journal.BalanceAt(50));
        run.Finish();
        Assert.Equal((2, 2L), (run.Journal.CreditCount, run.Journal.BalanceAt(50)));
        Assert.Equal(OutcomeStatus.Duplicate, run.Journal.Decide(later[0]).Status);
        Assert.Equal([2], run.Grown.Select(grown => grown.Version));
    }

    [Fact]
    public void Nothing_is_worth_a_closing_that_neither_folds_nor_forgets()
    {
        var journal = Judge.JournalOf([new Credit("runs", 10, 0, 100), new Usage("u", 8, 20)]);
        Assert.False(journal.IsWorthClosing(new(20, ForgetNothing)));
        Assert.True(journal.IsWorthClosing(new(21, ForgetNothing)));
        journal = journal.Close(new(21, ForgetNothing));
        Assert.False(journal.IsWorthClosing(new(100, ForgetThrough: 20)));
        Assert.True(journal.IsWorthClosing(new(100, ForgetThrough: 21)));
        Assert.True(journal.IsWorthClosing(new(101, ForgetNothing)));
        journal.Apply(new Usage("v", 0, 30, Revision: 1));
        Assert.True(journal.IsWorthClosing(new(31, ForgetNothing)));
    }

    [Fact]
    public void A_credit_that_still_runs_is_amended_exactly_although_the_usages_that_it_paid_are_folded()
    {
        var journal = Closed([new Credit("runs", 10, 0, 100), new Credit("other", 10, 0, 200), new Usage("u", 8, 5)], horizon: 50);
        Assert.Equal(0, journal.UsageCount);
        Assert.Equal(12, journal.BalanceAt(50));
        journal.Apply(new Credit("runs", 3, 0, 60, Revision: 1));
        Assert.Equal(5, journal.BalanceAt(50));
        Assert.Equal(5, journal.BalanceAt(61));
        journal.Apply(new Credit("runs", 0, 0, 60, Revision: 2));
        Assert.Equal(2, journal.BalanceAt(50));
    }

    [Fact]
    public void An_ended_credit_between_two_that_run_stays_until_one_of_them_has_ended()
    {
        Entry[] entries =
        [
            new Credit("before", 5, 0, 100, Priority: 10), new Credit("ended", 5, 0, 20, Priority: 50), new Credit("after", 5, 0, 300, Priority: 90),
            new Usage("u", 12, 10),
        ];
        var journal = Closed(entries, horizon: 50);
        Assert.Equal(3, journal.CreditCount);
        Assert.Equal(3, journal.BalanceAt(50));
        journal.Apply(new Credit("before", 8, 0, 100, Priority: 10, Revision: 1));
        Assert.Equal(5, journal.BalanceAt(101)); // 8 and 4 paid it
        Assert.Equal(1, journal.Close(new(200, ForgetNothing)).CreditCount);
        Assert.Equal(5, journal.Close(new(200, ForgetNothing)).BalanceAt(200));
    }

    [Fact]
    public void A_folded_usage_is_sixteen_bytes_and_nothing_once_it_is_forgotten()
    {
        var usages = Enumerable.Range(0, 10_000).Select(i => new Usage($"u{i}", 1, i));
        var journal = Closed([new Credit("runs", 20_000, 0, 100_000), .. usages], horizon: 10_000);
        Assert.Equal((0, 1, 10_000, 1), (journal.UsageCount, journal.CreditCount, journal.Closed!.IdCount, journal.Closed.Sums.Length));
        Assert.Equal(10_000, journal.BalanceAt(10_000));

        journal = journal.Close(new(20_000, ForgetThrough: 9_999));
        Assert.Equal(10_000, journal.Closed!.IdCount);
        journal = journal.Close(new(20_001, ForgetThrough: 10_000));
        Assert.Equal((0, 1), (journal.Closed!.IdCount, journal.Closed.Sums.Length));
        Assert.Equal(10_000, journal.BalanceAt(100_000));
    }

    [Fact]
    public void Credits_of_one_priority_that_have_ended_leave_whatever_still_runs()
    {
        var credits = Enumerable.Range(0, 1_000).Select(i => new Credit($"c{i}", 2, i, 5));
        var usages = Enumerable.Range(0, 1_000).Select(i => new Usage($"u{i}", 3, i));
        Entry[] entries = [new Credit("for ever", 5_000, 0, 1_000_000), .. credits, .. usages];
        var journal = Closed(entries, horizon: 2_000);
        Assert.Equal((1, 1), (journal.CreditCount, journal.Closed!.Sums.Length));
        Assert.Equal(Oracle.At(entries, 2_000).Balance, journal.BalanceAt(2_000));
        Assert.Equal(7_000, journal.StandingCreditsSum);
    }

    [Fact]
    public void What_left_is_a_duplicate_superseded_or_late_until_it_is_forgotten()
    {
        var amended = new Usage("u", 2, 6, Revision: 1);
        var journal = Closed([new Credit("c", 9, 0, 10), new Usage("u", 1, 5), amended], horizon: 50);
        Assert.Equal(OutcomeStatus.Duplicate, journal.Decide(amended).Status);
        Assert.Equal(OutcomeStatus.Superseded, journal.Decide(new Usage("u", 1, 5)).Status);
        Assert.Equal(OutcomeStatus.Late, journal.Decide(amended with { Amount = 3 }).Status);
        Assert.Equal(OutcomeStatus.Late, journal.Decide(new Usage("u", 1, 60, Revision: 2)).Status);
        Assert.Equal(OutcomeStatus.Duplicate, journal.Decide(new Credit("c", 9, 0, 10)).Status);
        Assert.Equal(OutcomeStatus.Recorded, journal.Decide(new Usage("c", 1, 60)).Status);

        journal = journal.Close(new(100, ForgetThrough: 50));
        Assert.Equal(OutcomeStatus.Late, journal.Decide(amended).Status);
        Assert.Equal(OutcomeStatus.Recorded, journal.Decide(new Usage("u", 1, 100)).Status);
    }

    [Fact]
    public void A_sum_beyond_64_bits_still_burns_everything()
    {
        var usages = Enumerable.Range(0, 1_100).Select(i => new Usage($"u{i}", Limits.AmountMax, i));
        var journal = Closed([new Credit("runs", 1, 0, 5_000), .. usages], horizon: 2_000);
        journal.Apply(new Credit("runs", Limits.AmountMax, 0, 5_000, Revision: 1));
        Assert.Equal(0, journal.BalanceAt(2_000));
        journal = journal.Close(new(3_000, ForgetNothing));
        journal.Apply(new Credit("open", 7, 3_000, 5));
        Assert.Equal(7, journal.BalanceAt(3_000));
    }

    [Fact]
    public void A_closing_never_goes_back()
    {
        var journal = Closed([new Usage("u", 1, 60)], horizon: 50);
        Assert.Same(journal, journal.Close(new(50, ForgetNothing)));
        Assert.Same(journal, journal.Close(new(40, ForgetNothing)));
    }

    private static Journal Closed(IEnumerable<Entry> entries, long horizon) => Judge.JournalOf(entries).Close(new(horizon, ForgetNothing));

    /// <summary>Each step sends an entry; the dice say by how much the horizon then moves, mostly not at all.</summary>
    /// <param name="steps">The entries and the dice.</param>
    /// <param name="stepMost">By how much the horizon moves at most.</param>
    /// <param name="askAfterEach">Whether each step ends with questions at every interesting time.</param>
    /// <param name="portion">How much of a closing that is under way is carried out at each step.</param>
    private static void Run((Entry Entry, int Dice)[] steps, int stepMost, bool askAfterEach, int portion)
    {
        var journal = new Journal();
        ClosingRun? run = null;
        var recorded = new List<Entry>();
        var horizon = -1L;
        foreach (var (entry, dice) in steps)
        {
            var status = journal.Decide(entry).Status;
            Assert.Equal(Expected(entry, recorded, journal, horizon), status);
            if (status == OutcomeStatus.Recorded)
            {
                journal.Apply(entry);
                recorded.Add(entry);
                run?.Take(new[] { entry }, recorded.Count);
            }

            if (run is null && dice is >= 1 && dice <= Math.Min(stepMost, 3))
            {
                horizon += dice * (stepMost / 3);
                run = journal.BeginClosing(new(horizon, ForgetNothing));
            }

            run?.Step(portion);
            if (run is { IsDone: true })
            {
                (journal, run) = (run.Journal, null);
                Assert.Equal(Oracle.Standing(recorded).Where(standing => standing is Credit).Sum(credit => credit.Amount), journal.StandingCreditsSum);
            }

            if (askAfterEach)
                Compare(journal, recorded, horizon);
        }

        Compare(journal, recorded, horizon);
        run?.Finish();
        journal = run?.Journal ?? journal;
        Compare(journal, recorded, horizon);
        Compare(Restored(journal), recorded, horizon);
    }

    private static OutcomeStatus Expected(Entry entry, List<Entry> recorded, Journal journal, long horizon)
    {
        var standing = Oracle.Standing(recorded).FirstOrDefault(other => (other.Kind, other.Id) == (entry.Kind, entry.Id));
        if (standing is not null && standing.Revision > entry.Revision)
            return OutcomeStatus.Superseded;
        if (standing is not null && standing.Revision == entry.Revision)
        {
            return standing == entry ? OutcomeStatus.Duplicate
                : journal.Standing(entry.Kind, entry.Id) is null ? OutcomeStatus.Late // it is gone, so it can't be shown
                : OutcomeStatus.Conflict;
        }

        if (standing is Credit { Amount: > 0 } runs && runs.Timestamp < horizon && runs.Timestamp + runs.Expiration >= horizon)
        {
            var next = (Credit)entry;
            var mayStay = next.Timestamp == runs.Timestamp
                && (next.Amount == 0 || (next.Priority == runs.Priority && next.Timestamp + next.Expiration >= horizon));
            return next.Timestamp >= horizon || mayStay ? OutcomeStatus.Recorded : OutcomeStatus.Late;
        }

        return entry.Timestamp < horizon || (standing is not null && standing.Timestamp < horizon) ? OutcomeStatus.Late : OutcomeStatus.Recorded;
    }

    /// <summary>What a snapshot holds of it: what is closed, and the entries that remain.</summary>
    private static Journal Restored(Journal journal)
    {
        var restored = journal.Closed is { } closed ? journal.Restored(closed) : new Journal();
        foreach (var entry in journal.EntriesSince(default))
        {
            Assert.Null(EntryRules.Check(entry)); // a closed sum is no entry
            restored.Apply(entry);
        }

        Assert.Equal((journal.UsageCount, journal.CreditCount), (restored.UsageCount, restored.CreditCount));
        return restored;
    }

    private static void Compare(Journal journal, List<Entry> recorded, long horizon)
    {
        foreach (var at in Oracle.InterestingTimes(recorded).Append(horizon).Where(at => at >= horizon))
            Judge.Compare(journal, recorded, at, $"with the books closed before {horizon}");
    }

    private static string Print((Entry Entry, int Dice)[] steps) => string.Join("; ", steps.Select(step => $"{Script.Print([step.Entry])} [{step.Dice}]"));
}
