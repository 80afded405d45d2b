using Sources.Tests.Running;

namespace Sources.Tests.Pipeline;

/// <summary>No more is held, and no more is at the accounts, than may be.</summary>
public sealed class BoundsTests : OnPipeline
{
    [Fact]
    public async Task No_more_is_taken_than_may_be_in_flight()
    {
        using var pipeline = Pipeline(settings => settings with { Prefetch = 7, BatchMessages = 3, Parallelism = 8 });
        Accounts.Hold();
        for (var i = 0; i < 20; i++)
            Feed.Send(Usage($"u{i}"));
        var running = pipeline.RunAsync(Feed, Taking.Token);

        await Eventually.TrueAsync(() => pipeline.InFlight == 7 && Accounts.Calls.Count == 3, "its room is full");
        Assert.Equal(13, Feed.Untaken);
        Assert.Equal([3, 3, 1], Feed.Asked);
        Accounts.Release();
        await Eventually.TrueAsync(() => Feed.Told.Count == 20, "all are acknowledged");
        await StopAsync(running);
    }

    [Fact]
    public async Task No_more_batches_are_at_the_accounts_than_may_be()
    {
        using var pipeline = Pipeline(settings => settings with { BatchMessages = 1, Parallelism = 2 });
        Accounts.Hold();
        Feed.Send(Usage("one"), Usage("two"), Usage("three"), Usage("four"));
        var running = pipeline.RunAsync(Feed, Taking.Token);

        await Eventually.TrueAsync(() => Accounts.Calls.Count == 2 && pipeline.InFlight == 3, "two are under way, and the next waits for its turn");
        Assert.Equal(1, Feed.Untaken);
        Accounts.Release();
        await Eventually.TrueAsync(() => Feed.Told.Count == 4, "all are acknowledged");
        await StopAsync(running);
    }

    [Fact]
    public async Task While_messages_of_too_many_bytes_are_under_way_no_more_are_taken()
    {
        using var pipeline = Pipeline(settings => settings with { BatchMessages = 1, InFlightBytes = Usage("one").Length });
        Accounts.Hold();
        Feed.Send(Usage("one"), Usage("two"));
        var running = pipeline.RunAsync(Feed, Taking.Token);

        await Eventually.TrueAsync(() => Accounts.Calls.Count == 1, "the first is under way");
        Assert.Equal(1, Feed.Untaken);
        Accounts.Release();
        await Eventually.TrueAsync(() => Feed.Told.Count == 2, "both are acknowledged");
        await StopAsync(running);
    }
}
