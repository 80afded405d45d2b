using GpuCredit.Host.Formats;
using GpuCredit.Host.Sources;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sources.Tests.Running;

namespace Sources.Tests.Pipeline;

/// <summary>The pipeline between a broker and accounts in memory, by a clock that is moved by hand.</summary>
public abstract class OnPipeline : IDisposable
{
    private protected static readonly TimeSpan SomePause = TimeSpan.FromSeconds(5);

    protected OnPipeline() => Meter = new SourceMeter(Time);

    private protected FakeFeed Feed { get; } = new();

    private protected FakeAccounts Accounts { get; } = new();

    private protected FakeTimeProvider Time { get; } = new();

    private protected CancellationTokenSource Taking { get; } = new();

    private protected SourceMeter Meter { get; }

    public void Dispose()
    {
        Taking.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static string Usage(string id) => $$"""{"accountId":"a","usageId":"{{id}}","amount":1,"timestamp":1}""";

    private protected SourcePipeline Pipeline(Func<SourceSettings, SourceSettings>? change = null, IEntryFormat? format = null)
    {
        var settings = new SourceSettings
        {
            Name = "usage",
            Kind = SourceKind.Nats,
            Address = "nowhere",
            Parallelism = 4,
            Prefetch = 100,
            BatchMessages = 10,
            InFlightBytes = 1_000_000,
            Drain = TimeSpan.FromSeconds(10),
        };
        return new SourcePipeline(change?.Invoke(settings) ?? settings, format ?? new JsonFormat(), Accounts.RecordAsync, Meter, Time, NullLogger.Instance);
    }

    /// <summary>Moves the clock a little each time it is asked, so that whoever sleeps wakes.</summary>
    private protected bool Moved(Func<bool> condition)
    {
        Time.Advance(TimeSpan.FromSeconds(1));
        return condition();
    }

    private protected async Task StopAsync(Task running)
    {
        await Taking.CancelAsync();
        await Eventually.TrueAsync(() => Moved(() => running.IsCompleted), "the pipeline has stopped");
        await running;
    }
}
