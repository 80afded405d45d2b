using CreditActors.Ledger;
using GpuCredit.Host.Formats;
using GpuCredit.Host.Sources;
using Sources.Tests.Running;

namespace Sources.Tests.Pipeline;

/// <summary>What can never succeed becomes a dead letter.</summary>
public sealed class LettersTests : OnPipeline
{
    [Fact]
    public async Task Exactly_the_bad_ones_become_dead_letters_each_stored_before_it_is_acknowledged()
    {
        using var pipeline = Pipeline();
        Accounts.Answer("conflict", OutcomeStatus.Conflict);
        Accounts.Answer("late", OutcomeStatus.Late);
        Accounts.Answer("rejected", OutcomeStatus.Rejected);
        Feed.Send(Usage("good"), "no JSON", Usage("conflict"), Usage("late"), Usage("rejected"), Usage("fine"));
        var running = pipeline.RunAsync(Feed, Taking.Token);

        await Eventually.TrueAsync(() => pipeline.InFlight == 0 && Meter.Messages == 6, "all are settled");
        Assert.Equal(
            ["conflict", "late", "rejected", "rejected"],
            Feed.Letters.Select(letter => letter.Headers.Single(header => header.Key == DeadLetter.StatusHeader).Value).Order(StringComparer.Ordinal));
        foreach (var body in new[] { "no JSON", Usage("conflict"), Usage("late"), Usage("rejected") })
            Assert.InRange(Feed.Told.ToList().IndexOf($"letter {body}"), 0, Feed.Told.ToList().IndexOf($"ack {body}") - 1);
        Assert.Equal(6, Feed.Told.Count(line => line.StartsWith("ack", StringComparison.Ordinal)));
        Assert.Equal(4, Meter.DeadLetters);
        await StopAsync(running);
    }

    [Fact]
    public async Task A_dead_letter_that_cannot_be_stored_is_tried_again_and_its_message_not_acknowledged()
    {
        using var pipeline = Pipeline();
        Feed.RefusesLetters = true;
        Feed.Send("no JSON", Usage("good"));
        var running = pipeline.RunAsync(Feed, Taking.Token);

        await Eventually.TrueAsync(() => pipeline.IsWaiting && Feed.Told.Count > 0, "it waits");
        Assert.Equal([$"ack {Usage("good")}"], Feed.Told);
        Assert.Contains("no such queue", Meter.LastError!.Value.Detail, StringComparison.Ordinal);
        Feed.RefusesLetters = false;

        await Eventually.TrueAsync(() => Moved(() => Feed.Told.Contains("ack no JSON")), "it is stored and acknowledged");
        Assert.Single(Feed.Letters);
        await StopAsync(running);
    }

    [Fact]
    public async Task A_dead_letter_that_is_never_confirmed_holds_back_no_acknowledgement_but_its_own()
    {
        await using var feed = new FakeFeed { HangsLetterOf = "no JSON" };
        using var pipeline = Pipeline();
        feed.Send("no JSON", "nor this", Usage("good"));
        var running = pipeline.RunAsync(feed, Taking.Token);

        await Eventually.TrueAsync(() => feed.Told.Count == 3, "the others are settled");
        Assert.Equal(["ack nor this", $"ack {Usage("good")}", "letter nor this"], feed.Told.Order(StringComparer.Ordinal));
        Assert.Equal(1, pipeline.InFlight);
        await StopAsync(running);
    }

    [Fact]
    public async Task Of_a_message_with_good_and_bad_entries_the_good_are_recorded_and_one_letter_names_the_bad()
    {
        using var pipeline = Pipeline();
        Accounts.Answer("two", OutcomeStatus.Rejected);
        Feed.Send($"[{Usage("one")},{Usage("two")},17,{Usage("three")}]");
        var running = pipeline.RunAsync(Feed, Taking.Token);

        await Eventually.TrueAsync(() => pipeline.InFlight == 0 && Meter.Messages == 1, "it is settled");
        Assert.Equal(["one", "two", "three"], Assert.Single(Accounts.Calls));
        Assert.Equal([1, 2], Assert.Single(Feed.Letters).Entries.Select(entry => entry.Index));
        Assert.Equal((2, 2, 1), (Meter.Entries(OutcomeStatus.Recorded), Meter.Entries(OutcomeStatus.Rejected), Meter.DeadLetters));
        await StopAsync(running);
    }

    [Fact]
    public async Task A_format_that_fails_by_a_fault_of_ours_costs_a_dead_letter_and_blocks_nobody()
    {
        using var pipeline = Pipeline(format: new FaultyFormat());
        Feed.Send("boom", Usage("good"));
        var running = pipeline.RunAsync(Feed, Taking.Token);

        await Eventually.TrueAsync(() => Feed.Told.Contains($"ack {Usage("good")}") && Feed.Told.Contains("ack boom"), "both are settled");
        Assert.Single(Feed.Letters);
        await StopAsync(running);
    }

    private sealed class FaultyFormat : IEntryFormat
    {
        public IReadOnlyList<GpuCredit.Host.Http.EntryDraft> Read(in IncomingMessage message, out int skipped) =>
            message.Body.Length == "boom".Length ? throw new InvalidOperationException("a fault of ours") : new JsonFormat().Read(message, out skipped);
    }
}
