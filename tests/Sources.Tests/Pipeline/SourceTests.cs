using System.Collections.Concurrent;
using GpuCredit.Host.Sources;
using Microsoft.Extensions.Logging;
using Sources.Tests.Running;

namespace Sources.Tests.Pipeline;

/// <summary>What a source tells of its broker, on connections in memory.</summary>
public sealed class SourceTests : ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Line)> _logged = new();

    [Fact]
    public async Task A_warning_is_told_while_there_is_a_connection_and_logged_once_for_all_of_them()
    {
        var feeds = new List<FakeFeed>();
        using var stopping = new CancellationTokenSource();
        using var source = FakeBroker.Source(
            () =>
            {
                feeds.Add(new FakeFeed { Warning = "the queue forgets" });
                return feeds[^1];
            },
            this);
        Assert.Null(source.Describe().Warning);
        var running = source.RunAsync(stopping.Token);
        await Eventually.TrueAsync(() => source.Describe().Warning == "the queue forgets", "it is told");

        feeds[0].Lose();
        await Eventually.TrueAsync(() => feeds.Count == 2 && source.Describe().Warning == "the queue forgets", "it is told again");
        await stopping.CancelAsync();
        await running;

        Assert.Null(source.Describe().Warning);
        Assert.Equal((LogLevel.Warning, "Source usage: the queue forgets"), Assert.Single(_logged, logged => logged.Line.Contains("forgets", StringComparison.Ordinal)));
    }

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

    [Fact]
    public async Task Why_a_feed_ended_is_told_also_when_it_fails_to_close()
    {
        var feeds = new List<FakeFeed>();
        using var stopping = new CancellationTokenSource();
        using var source = FakeBroker.Source(() =>
        {
            feeds.Add(new FakeFeed { ClosingFault = new IOException("it doesn't close") });
            return feeds[^1];
        });
        var running = source.RunAsync(stopping.Token);
        await Eventually.TrueAsync(() => source.Describe().State == "running", "it runs");

        feeds[0].Lose("the topic is gone");

        await Eventually.TrueAsync(() => source.Describe().LastError is not null, "it is told");
        Assert.Equal("the topic is gone", source.Describe().LastError!.Detail);
        await stopping.CancelAsync();
        await running;
    }

    [Theory]
    [InlineData(false, "running")]
    [InlineData(true, "disconnected")]
    public async Task After_a_pause_it_is_starting_until_the_broker_is_reached_again_however_it_was_before(bool fails, string before)
    {
        var opening = new ConcurrentQueue<string>();
        using var stopping = new CancellationTokenSource();
        Source? source = null;
        using var made = FakeBroker.Source(() =>
        {
            opening.Enqueue(source!.Describe().State);
            return fails ? throw new IOException("nobody there") : new FakeFeed();
        });
        source = made;
        var running = source.RunAsync(stopping.Token);
        await Eventually.TrueAsync(() => source.Describe().State == before, "it has tried");
        source.Pause();
        await Eventually.TrueAsync(() => source.Describe().State == "paused", "it is paused");
        var tries = opening.Count;

        source.Resume();

        await Eventually.TrueAsync(() => opening.Skip(tries).Contains("starting"), "it says so when it tries again");
        await stopping.CancelAsync();
        await running;
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _logged.Enqueue((logLevel, formatter(state, exception)));
}
