using GpuCredit.Host.Formats;
using GpuCredit.Host.Sources;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Sources.Tests.Pipeline;

/// <summary>A broker of which each connection is a feed in memory. The source that reads it closes them.</summary>
internal sealed class FakeBroker(Func<IFeed> open) : IBroker
{
    public static Source Source(Func<IFeed> open, ILogger? log = null)
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
        return new(new(settings, new FakeBroker(open), new JsonFormat()), new FakeAccounts().RecordAsync, TimeProvider.System, log ?? NullLogger.Instance);
    }

    public Task<IFeed> OpenAsync(CancellationToken cancellation) => Task.FromResult(open());
}
