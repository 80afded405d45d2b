using System.Collections.Immutable;
using CreditActors.Ledger;
using CreditActors.Protocol;
using CreditActors.Sharding;
using GpuCredit.Host.Hosting;

namespace GpuCredit.Host.Sources;

/// <summary>One source at this node: connects, takes, and connects again, for ever, until it is stopped or paused.</summary>
internal sealed class Source : IDisposable
{
    /// <summary>A feed that has lived so long was no failed try.</summary>
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(10);

    private readonly ConfiguredSource _configured;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly SourceMeter _meter;
    private readonly SourcePipeline _pipeline;
    private readonly Backoff _backoff;
    private readonly Lock _gate = new();
    private CancellationTokenSource _resumed = new();
    private CancellationTokenSource _paused = new();
    private bool _isPaused;
    private IFeed? _feed;
    private string? _warned;
    private SourceState _unconnected = SourceState.Starting;

    public Source(
        ConfiguredSource configured,
        Func<IReadOnlyList<AccountEntry>, CancellationToken, Task<ImmutableArray<EntryOutcome>>> record,
        TimeProvider time,
        ILogger log)
    {
        _configured = configured;
        _time = time;
        _log = log;
        _meter = new SourceMeter(time);
        _pipeline = new SourcePipeline(configured.Settings, configured.Format, record, _meter, time, log);
        _backoff = new Backoff(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(5), configured.Settings.Seed);
    }

    public string Name => _configured.Settings.Name;

    public SourceState State
    {
        get
        {
            lock (_gate)
            {
                return _isPaused ? (_feed is null ? SourceState.Paused : SourceState.Pausing)
                    : _feed is not { } feed ? _unconnected
                    : !feed.IsConnected ? SourceState.Disconnected
                    : _pipeline.IsWaiting ? SourceState.Waiting
                    : SourceState.Running;
            }
        }
    }

    /// <summary>What is under way is finished, and the broker gives this node's share to others until <see cref="Resume"/>.</summary>
    public void Pause()
    {
        lock (_gate)
        {
            if (_isPaused)
                return;
            _isPaused = true;
            _resumed.Dispose();
            _resumed = new CancellationTokenSource();
            _paused.Cancel();
        }

        HostLog.SourcePaused(_log, Name);
    }

    public void Resume()
    {
        lock (_gate)
        {
            if (!_isPaused)
                return;
            // What was known of the broker before the pause may be long ago.
            (_isPaused, _unconnected) = (false, SourceState.Starting);
            _paused.Dispose();
            _paused = new CancellationTokenSource();
            _resumed.Cancel();
        }

        HostLog.SourceResumed(_log, Name);
    }

    public SourceAnswer Describe() => new(
        Name,
        $"{_configured.Settings.Kind}".ToLowerInvariant(),
        _configured.Settings.Address,
        $"{State}".ToLowerInvariant(),
        _pipeline.Lag,
        Math.Round(_meter.EntriesPerSecond(), 1),
        _pipeline.InFlight,
        _meter.Messages,
        _meter.Entries(OutcomeStatus.Recorded),
        _meter.Entries(OutcomeStatus.Duplicate),
        _meter.Entries(OutcomeStatus.Superseded),
        _meter.Entries(OutcomeStatus.Rejected),
        _meter.Entries(OutcomeStatus.Conflict),
        _meter.Entries(OutcomeStatus.Late),
        _meter.Skipped,
        _meter.DeadLetters,
        _meter.Retries,
        Warning(),
        _meter.LastError is { } error ? new(error.At, error.Detail) : null);

    /// <summary>Until <paramref name="stopping"/>, and for as long as what is under way may take. Never throws.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        for (var failures = 0; !stopping.IsCancellationRequested;)
        {
            CancellationToken paused, resumed;
            bool isPaused;
            lock (_gate)
                (isPaused, paused, resumed) = (_isPaused, _paused.Token, _resumed.Token);
            if (isPaused)
            {
                await DelayAsync(Timeout.InfiniteTimeSpan, resumed, stopping);
                continue;
            }

            var opened = _time.GetTimestamp();
            try
            {
                await FeedAsync(paused, stopping);
                failures = 0;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested || paused.IsCancellationRequested)
            {
                // Before the broker was reached.
            }
            catch (Exception fault)
            {
                failures = _time.GetElapsedTime(opened) >= LongEnough ? 1 : failures + 1;
                Fail(fault, failures);
                await DelayAsync(_backoff.After(failures), paused, stopping);
            }
        }
    }

    public void Dispose()
    {
        _pipeline.Dispose();
        _resumed.Dispose();
        _paused.Dispose();
    }

    private string? Warning()
    {
        lock (_gate)
            return _feed?.Warning;
    }

    private async Task FeedAsync(CancellationToken paused, CancellationToken stopping)
    {
        using var taking = CancellationTokenSource.CreateLinkedTokenSource(paused, stopping);
        var feed = await _configured.Broker.OpenAsync(taking.Token);
        lock (_gate)
            _feed = feed;
        HostLog.SourceConnected(_log, Name, _configured.Settings.Address);
        Warn(feed.Warning);
        var running = _pipeline.RunAsync(feed, taking.Token);
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Ended by a pause or a stop, it says nothing against the broker.
        lock (_gate)
            (_feed, _unconnected) = (null, running.IsCompletedSuccessfully ? SourceState.Starting : SourceState.Disconnected);
        var closing = feed.DisposeAsync().AsTask();
        await closing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Why it ended comes first: a feed that is lost may well fail to close, too.
        await running;
        await closing;
    }

    /// <summary>Once, and not at every connection.</summary>
    private void Warn(string? warning)
    {
        if (warning is not null && warning != _warned)
            HostLog.SourceWarned(_log, Name, warning);
        _warned = warning ?? _warned;
    }

    private void Fail(Exception fault, int failures)
    {
        lock (_gate)
            _unconnected = fault is BrokerRefusedException ? SourceState.Failed : SourceState.Disconnected;
        _meter.Fail(fault.Message);
        // Every try of a long outage would fill the log.
        if (failures == 1)
            HostLog.SourceLost(_log, Name, _configured.Settings.Address, fault.Message);
    }

    /// <summary>However it ends.</summary>
    private async Task DelayAsync(TimeSpan time, CancellationToken either, CancellationToken or)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(either, or);
        await Task.Delay(time, _time, both.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
