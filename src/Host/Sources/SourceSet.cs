using System.Collections.Immutable;
using CreditActors.Sharding;

namespace GpuCredit.Host.Sources;

/// <summary>
/// All sources of this node. It is started after the actor system, and so stopped before it: sources stop taking while the
/// accounts still answer, and what is under way can be finished.
/// </summary>
internal sealed class SourceSet : IHostedService, IDisposable
{
    private readonly ImmutableArray<Source> _sources;
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public SourceSet(ImmutableArray<ConfiguredSource> configured, AccountClient accounts, TimeProvider time, ILogger<SourceSet> log) =>
        _sources = [.. configured.Select(source => new Source(source, accounts.RecordAsync, time, log)).OrderBy(source => source.Name, StringComparer.Ordinal)];

    public IReadOnlyList<Source> All => _sources;

    /// <summary>Names are compared as configuration compares keys.</summary>
    public Source? Find(string name) => _sources.FirstOrDefault(source => source.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A broker that isn't there doesn't stop the start: other doors are open, and it is tried again for ever.
        _running = Task.WhenAll(_sources.Select(source => source.RunAsync(_stopping.Token)));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        _stopping.Dispose();
        foreach (var source in _sources)
            source.Dispose();
    }
}
