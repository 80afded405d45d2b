using CreditActors.Ledger;
using GpuCredit.Host.Sources;
using Sources.Tests.Running;

namespace Sources.Tests.Pipeline;

/// <summary>A stop finishes what is under way, within its bound; a feed that is lost gives it up.</summary>
public sealed class EndingTests : OnPipeline
{
    [Fact]
    public async Task A_stop_finishes_what_is_under_way_and_takes_no_more()
    {
        using var pipeline = Pipeline();
        Accounts.Hold();
        Feed.Send(Usage("one"));
        var running = pipeline.RunAsync(Feed, Taking.Token);
        await Eventually.TrueAsync(() => Accounts.Calls.Count == 1, "it is under way");

        await Taking.CancelAsync();
        Feed.Send(Usage("two"));
        Assert.False(running.IsCompleted);
        Accounts.Release();

        await running.WaitAsync(SomePause);
        Assert.Equal([$"ack {Usage("one")}"], Feed.Told);
    }

    [Fact]
    public async Task A_stop_lets_what_was_taken_and_waits_for_its_turn_be_stored()
    {
        using var pipeline = Pipeline(settings => settings with { BatchMessages = 1, Parallelism = 1 });
        var running = await RunUntilOneWaitsAsync(pipeline);

        await Taking.CancelAsync();
        Accounts.Release();

        await running.WaitAsync(SomePause);
        Assert.Equal([$"ack {Usage("one")}", $"ack {Usage("two")}"], Feed.Told.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_stop_gives_back_what_cannot_be_stored_unacknowledged_and_nothing_else()
    {
        using var pipeline = Pipeline();
        Accounts.Answer("one", OutcomeStatus.Unavailable);
        Feed.Send(Usage("one"), Usage("two"));
        var running = pipeline.RunAsync(Feed, Taking.Token);
        await Eventually.TrueAsync(() => pipeline.IsWaiting && pipeline.InFlight == 1, "it waits");

        await Taking.CancelAsync();
        await Eventually.TrueAsync(() => Moved(() => running.IsCompleted), "the bound has passed");
        await running;
        Assert.Equal([$"ack {Usage("two")}", $"release {Usage("one")}"], Feed.Told.Where(line => !line.StartsWith("keep", StringComparison.Ordinal)));
        Assert.Equal(0, pipeline.InFlight);
    }

    [Fact]
    public async Task A_lost_feed_gives_up_what_is_under_way_without_a_word()
    {
        using var pipeline = Pipeline();
        Accounts.Hold();
        Feed.Send(Usage("one"));
        var running = pipeline.RunAsync(Feed, Taking.Token);
        await Eventually.TrueAsync(() => Accounts.Calls.Count == 1, "it is under way");

        Feed.Lose();

        await Assert.ThrowsAsync<IOException>(() => running.WaitAsync(SomePause));
        Assert.Empty(Feed.Told);
        Assert.Equal(0, pipeline.InFlight);
    }

    [Fact]
    public async Task A_lost_feed_gives_up_also_what_waits_for_its_turn()
    {
        using var pipeline = Pipeline(settings => settings with { BatchMessages = 1, Parallelism = 1 });
        var running = await RunUntilOneWaitsAsync(pipeline);

        Feed.Lose();

        await Assert.ThrowsAsync<IOException>(() => running.WaitAsync(SomePause));
        Assert.Empty(Feed.Told);
        Assert.Equal((1, 0), (Accounts.Calls.Count, pipeline.InFlight));
    }

    [Fact]
    public async Task A_feed_that_says_why_it_is_lost_is_heard()
    {
        using var pipeline = Pipeline();
        var running = pipeline.RunAsync(Feed, Taking.Token);

        Feed.Lose("polling failed");

        Assert.Equal("polling failed", (await Assert.ThrowsAsync<IOException>(() => running.WaitAsync(SomePause))).Message);
    }

    /// <summary>One message at the accounts, which hold it, and one that is taken and waits for its turn.</summary>
    /// <returns>The pipeline's run.</returns>
    private async Task<Task> RunUntilOneWaitsAsync(SourcePipeline pipeline)
    {
        Accounts.Hold();
        Feed.Send(Usage("one"), Usage("two"));
        var running = pipeline.RunAsync(Feed, Taking.Token);
        await Eventually.TrueAsync(() => Accounts.Calls.Count == 1 && pipeline.InFlight == 2, "the second waits for its turn");
        return running;
    }
}
