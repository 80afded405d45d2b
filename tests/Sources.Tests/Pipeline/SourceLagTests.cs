using Sources.Tests.Running;

namespace Sources.Tests.Pipeline;

/// <summary>How much is still to come is a number of now, or none.</summary>
public sealed class SourceLagTests
{
    [Fact]
    public async Task What_was_still_to_come_before_the_broker_was_away_is_not_told_while_it_is()
    {
        // The source closes it.
        var feed = new FakeFeed();
        using var stopping = new CancellationTokenSource();
        using var source = FakeBroker.Source(() => feed);
        var running = source.RunAsync(stopping.Token);
        await Eventually.TrueAsync(() => source.Describe().Lag == 0, "it is told");

        feed.IsConnected = false;
        Assert.Null(source.Describe().Lag);
        feed.IsConnected = true;
        Assert.Equal(0, source.Describe().Lag);

        await stopping.CancelAsync();
        await running;
    }
}
