using CreditActors.Ledger;
using Sources.Tests.Running;

namespace Sources.Tests.Pipeline;

/// <summary>What isn't known to be stored is tried again, and nobody waits for it.</summary>
public sealed class RetryTests : OnPipeline
{
    [Fact]
    public async Task What_is_unavailable_is_tried_again_for_ever_and_not_acknowledged()
    {
        using var pipeline = Pipeline();
        Accounts.Answer("one", OutcomeStatus.Unavailable);
        Feed.Send(Usage("one"));
        var running = pipeline.RunAsync(Feed, Taking.Token);

        for (var tries = 1; tries <= 20; tries++)
        {
            await Eventually.TrueAsync(() => Accounts.Calls.Count == tries && pipeline.IsWaiting, "it waits after another try");
            Time.Advance(SomePause);
        }

        Assert.DoesNotContain(Feed.Told, line => !line.StartsWith("keep", StringComparison.Ordinal));
        Assert.Equal(1, pipeline.InFlight);
        Accounts.Answer("one", OutcomeStatus.Recorded);
        await Eventually.TrueAsync(() => Moved(() => Feed.Told.Contains($"ack {Usage("one")}")), "it is acknowledged at last");
        Assert.Equal(0, Meter.DeadLetters);
        await StopAsync(running);
    }

    [Fact]
    public async Task What_waits_keeps_nobody_behind_it_or_beside_it_waiting()
    {
        using var pipeline = Pipeline(settings => settings with { Parallelism = 1 });
        Accounts.Answer("stuck", OutcomeStatus.Unavailable);
        Feed.Send(Usage("stuck"), Usage("beside"));
        var running = pipeline.RunAsync(Feed, Taking.Token);
        await Eventually.TrueAsync(() => Feed.Told.Contains($"ack {Usage("beside")}"), "its neighbour is acknowledged");
        Feed.Send(Usage("behind"));

        await Eventually.TrueAsync(() => Feed.Told.Contains($"ack {Usage("behind")}"), "the next is acknowledged");
        Assert.DoesNotContain($"ack {Usage("stuck")}", Feed.Told);
        await StopAsync(running);
    }

    [Fact]
    public async Task Only_what_is_not_decided_yet_is_sent_again()
    {
        using var pipeline = Pipeline();
        Accounts.Answer("two", OutcomeStatus.Unavailable);
        Feed.Send($"[{Usage("one")},{Usage("two")}]");
        var running = pipeline.RunAsync(Feed, Taking.Token);

        await Eventually.TrueAsync(() => Moved(() => Accounts.Calls.Count >= 3), "it is tried again");
        Assert.Equal(["one", "two"], Accounts.Calls[0]);
        Assert.All(Accounts.Calls.Skip(1), call => Assert.Equal(["two"], call));
        Assert.DoesNotContain(Feed.Told, line => line.StartsWith("ack", StringComparison.Ordinal));
        await StopAsync(running);
    }

    [Theory]
    [InlineData(1)] // no room for another message while it waits
    [InlineData(100)] // room, and a feed that stays quiet
    public async Task What_was_unavailable_once_is_stored_at_the_next_try_also_with_one_slot(int prefetch)
    {
        using var pipeline = Pipeline(settings => settings with { Parallelism = 1, Prefetch = prefetch });
        Accounts.Answer("one", OutcomeStatus.Unavailable);
        Feed.Send(Usage("one"));
        var running = pipeline.RunAsync(Feed, Taking.Token);
        await Eventually.TrueAsync(() => pipeline.IsWaiting, "it waits for its next try");
        Accounts.Answer("one", OutcomeStatus.Recorded);

        await Eventually.TrueAsync(() => Moved(() => Feed.Told.Contains($"ack {Usage("one")}") && pipeline.InFlight == 0), "it is acknowledged");
        Assert.Equal(2, Accounts.Calls.Count);
        await StopAsync(running);
    }
}
