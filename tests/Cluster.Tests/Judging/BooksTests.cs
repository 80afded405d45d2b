using EndToEnd.Tests.Crash;
using EndToEnd.Tests.Law;

namespace Cluster.Tests.Judging;

/// <summary>The judge, judged by hand-written histories.</summary>
public sealed class BooksTests
{
    private static readonly Edition _credit = Edition.Credit("a", "c", 10, 0, 100);
    private static readonly Edition _usage = Edition.Usage("a", "u", 4, 50);

    private readonly Books _books = new(mayRepeatInside: true);

    [Fact]
    public void A_good_history_is_blameless()
    {
        Send(_credit, "recorded", 1);
        Ask(60, 10, 1);
        Send(_usage, "duplicate", 2);
        Ask(60, 6, 2);
        Ask(49, 10, 2);

        Assert.Empty(_books.Violations);
    }

    [Fact]
    public void A_balance_without_what_was_acknowledged_before_the_question_is_wrong()
    {
        Send(_credit, "recorded", 1);
        Send(_usage, "recorded", 2);
        Ask(60, 10, 2);

        Assert.Contains("outside [6, 6]", Assert.Single(_books.Violations), StringComparison.Ordinal);
    }

    [Fact]
    public void While_a_usage_is_under_way_both_balances_are_right_and_a_third_is_not()
    {
        Send(_credit, "recorded", 1);
        _books.Leave([_usage]);
        Ask(60, 10, 1);
        Ask(60, 6, 2);
        Assert.Empty(_books.Violations);

        Ask(60, 2, 3);
        Assert.Single(_books.Violations);
    }

    [Fact]
    public void An_answer_from_an_older_version_than_another_answer_is_wrong_also_when_nothing_was_acknowledged_at_it()
    {
        Send(_credit, "recorded", 1);
        _books.Leave([_usage]);
        Ask(60, 6, 2);
        Ask(60, 10, 1);

        Assert.Contains("version 2 had been answered before", Assert.Single(_books.Violations), StringComparison.Ordinal);
    }

    [Fact]
    public void A_usage_that_counts_twice_is_wrong()
    {
        Send(_credit, "recorded", 1);
        Send(_usage, "recorded", 2);
        Send(_usage, "duplicate", 2);
        Ask(60, 2, 2);

        Assert.Single(_books.Violations);
    }

    [Fact]
    public void An_amendment_under_way_leaves_open_which_edition_stands()
    {
        Send(_credit, "recorded", 1);
        Send(_usage, "recorded", 2);
        _books.Leave([_usage with { Amount = 9, Revision = 1 }]);
        Ask(60, 6, 2);
        Ask(60, 1, 3);
        Assert.Empty(_books.Violations);

        Send(_usage with { Amount = 9, Revision = 1 }, "duplicate", 3);
        Ask(60, 6, 3);
        Assert.NotEmpty(_books.Violations);
    }

    [Fact]
    public void An_answer_from_an_older_version_is_wrong_even_when_its_balance_is_right()
    {
        Send(_credit, "recorded", 1);
        Send(_usage, "recorded", 2);
        Ask(49, 10, 1);

        Assert.Contains("version 2 had been answered before", Assert.Single(_books.Violations), StringComparison.Ordinal);
    }

    [Fact]
    public void A_question_that_was_under_way_when_a_newer_version_was_answered_may_be_answered_from_the_older()
    {
        Send(_credit, "recorded", 1);
        var question = _books.LeaveQuestion("a");
        Send(_usage, "recorded", 2);
        _books.ArriveQuestion(question, 60, new Balance(10, 1));

        Assert.Empty(_books.Violations);
    }

    [Fact]
    public void One_version_gives_one_balance()
    {
        Send(_credit, "recorded", 1);
        _books.Leave([_usage]);
        Ask(60, 10, 1);
        Ask(60, 6, 1);

        Assert.Contains("and 10 before", Assert.Single(_books.Violations), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_acknowledged_is_never_recorded_again()
    {
        Send(_credit, "recorded", 1);
        Send(_credit, "recorded", 2);

        Assert.Contains(_books.Violations, sentence => sentence.Contains("it had been acknowledged before", StringComparison.Ordinal));
        Assert.Contains(_books.Violations, sentence => sentence.Contains("recorded twice", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_senders_of_one_edition_are_not_both_told_that_they_recorded_it()
    {
        var one = _books.Leave([_credit]);
        var other = _books.Leave([_credit]);
        _books.Arrive(one, [new Answer("recorded", 1)]);
        _books.Arrive(other, [new Answer("recorded", 1)]);

        Assert.Single(_books.Violations);
    }

    [Fact]
    public void An_acknowledgement_at_an_older_version_is_wrong()
    {
        Send(_credit, "recorded", 5);
        Send(_usage, "recorded", 5);
        Assert.Empty(_books.Violations);

        Send(_usage with { Id = "v" }, "recorded", 4);
        Assert.Single(_books.Violations);
    }

    [Fact]
    public void What_a_higher_revision_has_replaced_is_not_recorded_after_it()
    {
        Send(_usage with { Revision = 2 }, "recorded", 1);
        Send(_usage with { Revision = 1 }, "recorded", 2);

        Assert.Single(_books.Violations);
    }

    private void Send(Edition edition, string status, long version) => _books.Arrive(_books.Leave([edition]), [new Answer(status, version)]);

    private void Ask(long at, long? amount, long version) => _books.ArriveQuestion(_books.LeaveQuestion("a"), at, new Balance(amount, version));
}
