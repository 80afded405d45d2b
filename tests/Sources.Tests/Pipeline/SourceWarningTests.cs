using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Sources.Tests.Running;

namespace Sources.Tests.Pipeline;

/// <summary>What should be mended at a broker is told, and not over and over.</summary>
public sealed class SourceWarningTests : ILogger
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

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _logged.Enqueue((logLevel, formatter(state, exception)));
}
