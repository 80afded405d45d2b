using GpuCredit.Host.Formats;
using GpuCredit.Host.Sources;
using Microsoft.Extensions.Logging.Abstractions;
using Sources.Tests.Running;

namespace Sources.Tests.Pipeline;

/// <summary>How much is still to come is a number of now, or none.</summary>
public sealed class SourceLagTests
{
    [Fact]
    public async Task What_was_still_to_come_before_the_broker_was_away_is_not_told_while_it_is()
    {
        var settings = new SourceSettings
        {
            Name = "usage",
            Kind = SourceKind.Nats,
            Address = "nowhere",
            Parallelism = 1,
            Prefetch = 1,
            BatchMessages = 1,
            InFlightBytes = 1_000,
            Drain = TimeSpan.Zero,
        };
        // The source closes it.
        var feed = new FakeFeed();
        using var stopping = new CancellationTokenSource();
        using var source = new Source(
            new(settings, new OneFeed(feed), new JsonFormat()), new FakeAccounts().RecordAsync, TimeProvider.System, NullLogger.Instance);
        var running = source.RunAsync(stopping.Token);
        await Eventually.TrueAsync(() => source.Describe().Lag == 0, "it is told");

        feed.IsConnected = false;
        Assert.Null(source.Describe().Lag);
        feed.IsConnected = true;
        Assert.Equal(0, source.Describe().Lag);

        await stopping.CancelAsync();
        await running;
    }

    private sealed class OneFeed(IFeed feed) : IBroker
    {
        public Task<IFeed> OpenAsync(CancellationToken cancellation) => Task.FromResult(feed);
    }
}
