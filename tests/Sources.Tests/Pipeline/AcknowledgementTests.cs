using CreditActors.Ledger;
using Sources.Tests.Running;

namespace Sources.Tests.Pipeline;

/// <summary>What is acknowledged, and when.</summary>
public sealed class AcknowledgementTests : OnPipeline
{
    [Fact]
    public async Task A_message_is_acknowledged_only_after_its_entry_is_stored()
    {
        using var pipeline = Pipeline();
        Accounts.Hold();
        Feed.Send(Usage("one"));
        var running = pipeline.RunAsync(Feed, Taking.Token);

        await Eventually.TrueAsync(() => Accounts.Calls.Count == 1, "the accounts are asked");
        Assert.Empty(Feed.Told);
        Accounts.Release();

        await Eventually.TrueAsync(() => Feed.Told.SequenceEqual([$"ack {Usage("one")}"]), "it is acknowledged");
        Assert.Equal(0, pipeline.InFlight);
        Assert.Equal(1, Meter.Entries(OutcomeStatus.Recorded));
        await StopAsync(running);
    }

    [Theory]
    [InlineData(OutcomeStatus.Recorded)]
    [InlineData(OutcomeStatus.Duplicate)]
    [InlineData(OutcomeStatus.Superseded)]
    internal async Task What_the_ledger_knows_or_has_learnt_is_done(OutcomeStatus status)
    {
        using var pipeline = Pipeline();
        Accounts.Answer("one", status);
        Feed.Send(Usage("one"));
        var running = pipeline.RunAsync(Feed, Taking.Token);

        await Eventually.TrueAsync(() => Feed.Told.Count == 1, "it is settled");
        Assert.Equal([$"ack {Usage("one")}"], Feed.Told);
        Assert.Equal(1, Meter.Entries(status));
        await StopAsync(running);
    }

    [Fact]
    public async Task An_empty_message_is_acknowledged()
    {
        using var pipeline = Pipeline();
        Feed.Send("[]");
        var running = pipeline.RunAsync(Feed, Taking.Token);

        await Eventually.TrueAsync(() => Feed.Told.SequenceEqual(["ack []"]), "it is acknowledged");
        await StopAsync(running);
    }

    [Fact]
    public async Task An_acknowledgement_that_cannot_be_sent_ends_the_feed()
    {
        using var pipeline = Pipeline();
        Feed.RefusesAcknowledgements = true;
        Feed.Send(Usage("one"));

        var fault = await Assert.ThrowsAsync<IOException>(() => pipeline.RunAsync(Feed, Taking.Token).WaitAsync(SomePause));

        Assert.Equal("the channel is closed", fault.Message);
        Assert.Equal([$"release {Usage("one")}"], Feed.Told);
        Assert.Equal(0, Meter.Entries(OutcomeStatus.Recorded));
    }

    [Fact]
    public async Task It_does_so_at_once_while_a_dead_letter_of_the_same_batch_is_not_confirmed()
    {
        await using var feed = new FakeFeed { HangsLetterOf = "no JSON", RefusesAcknowledgements = true };
        using var pipeline = Pipeline();
        feed.Send("no JSON", "nor this");

        var fault = await Assert.ThrowsAsync<IOException>(() => pipeline.RunAsync(feed, Taking.Token).WaitAsync(SomePause));

        Assert.Equal("the channel is closed", fault.Message);
    }

    [Fact]
    public async Task What_is_under_way_for_long_is_kept_and_nothing_else()
    {
        using var pipeline = Pipeline();
        Accounts.Answer("slow", OutcomeStatus.Unavailable);
        Feed.Send(Usage("slow"), Usage("quick"));
        var running = pipeline.RunAsync(Feed, Taking.Token);

        await Eventually.TrueAsync(() => Moved(() => Feed.Told.Any(line => line.StartsWith("keep", StringComparison.Ordinal))), "it is kept");
        Assert.DoesNotContain($"keep {Usage("quick")}", Feed.Told);
        await StopAsync(running);
    }

    [Fact]
    public async Task How_much_is_to_come_is_known_while_there_is_a_connection()
    {
        using var pipeline = Pipeline();
        Assert.Null(pipeline.Lag);
        var running = pipeline.RunAsync(Feed, Taking.Token);
        await Eventually.TrueAsync(() => pipeline.Lag == 0, "it is read");

        Feed.IsConnected = false;
        Assert.Null(pipeline.Lag);
        Feed.IsConnected = true;
        Assert.Equal(0, pipeline.Lag);
        await StopAsync(running);
        Assert.Null(pipeline.Lag);
    }
}
