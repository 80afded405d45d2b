using Microsoft.Extensions.Logging;

namespace GpuCredit.Client.Buffering;

/// <summary>
/// Takes batches and sends them, several at once, each again and again until every entry of it is decided. When nobody answers,
/// a batch keeps its slot while it waits, so that no more is under way than the slots. When the server answers, and only some
/// accounts are away, those few wait without one: the entries of other accounts go on.
/// </summary>
internal sealed class Sending : IDisposable
{
    /// <summary>A line in the log for so many tries in vain: the first, and then now and then.</summary>
    private const int FailuresALine = 20;

    private readonly IEntrySender _sender;
    private readonly Intake _intake;
    private readonly RefusedPump _refused;
    private readonly Backoff _backoff;
    private readonly TimeProvider _time;
    private readonly ClientMetrics _metrics;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _slots;
    private readonly int _asideMax;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];
    private readonly List<Entry> _left = [];
    private readonly List<(RefusedEntry Refused, Batch Batch)> _refusedLeft = [];
    private readonly Task _taking;
    private int _aside;

    public Sending(IEntrySender sender, Intake intake, RefusedPump refused, EntryBufferOptions options, TimeProvider time, ClientMetrics metrics, ILogger log)
    {
        _sender = sender;
        _intake = intake;
        _refused = refused;
        _backoff = new Backoff(options.Retry);
        _time = time;
        _metrics = metrics;
        _log = log;
        _slots = new SemaphoreSlim(options.BatchesInFlightMax);
        _asideMax = options.BatchEntriesMax * options.BatchesInFlightMax;
        _taking = TakeAsync();
    }

    /// <summary>Gives up what is under way.</summary>
    /// <returns>What had been taken and is neither acknowledged nor given back.</returns>
    public async Task<Unsent> StopAsync()
    {
        await _stop.CancelAsync();
        await _taking;
        Task[] running;
        lock (_gate)
            running = [.. _running];
        await Task.WhenAll(running);
        return new(_left, _refusedLeft);
    }

    public void Dispose()
    {
        _stop.Dispose();
        _slots.Dispose();
    }

    private async Task TakeAsync()
    {
        await Task.Yield();
        var failures = 0;
        while (true)
        {
            try
            {
                if (!await _intake.ReadyAsync(_stop.Token))
                    return;
                await _slots.WaitAsync(_stop.Token);
                if (_intake.Take() is { } batch)
                    Start(batch);
                else
                    _slots.Release();
                failures = 0;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (IOException e)
            {
                // The spool can't be read now. Nothing is lost: it is tried again for as long as the buffer lives.
                _slots.Release();
                _log.SpoolUnreadable(e);
                if (!await TryPauseAsync(_backoff.Next(failures++, retryAfter: null)))
                    return;
            }
        }
    }

    private void Start(Batch batch)
    {
        var sending = SendAsync(batch);
        lock (_gate)
            _running.Add(sending);
        // Removed by the one who put it in, so that a batch that ended at once doesn't stay.
        sending.ContinueWith(
            ended =>
            {
                lock (_gate)
                    _running.Remove(ended);
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>
    /// The slot is held at the start, and given back at the end. It ends when all of the batch is decided or the buffer stops, and for
    /// no other reason.
    /// </summary>
    private async Task SendAsync(Batch batch)
    {
        await Task.Yield();
        var holdsSlot = true;
        try
        {
            while (!batch.IsDecided)
            {
                try
                {
                    var answer = await TryAsync(batch);
                    if (batch.IsDecided)
                        return;
                    var pause = _backoff.Next(Math.Max(0, batch.Failures - 1), answer.RetryAfter);
                    _metrics.Retried();
                    if (answer.Outcomes is null || !TryPutAside(batch.Undecided))
                    {
                        await PauseAsync(pause);
                        continue;
                    }

                    _slots.Release();
                    holdsSlot = false;
                    await PauseAsync(pause);
                    await _slots.WaitAsync(_stop.Token);
                    holdsSlot = true;
                    Interlocked.Add(ref _aside, -batch.Undecided);
                }
#pragma warning disable CA1031 // A fault of ours, or of whoever listens to the metrics, must not lose the entries: they are held, and it is in the log.
                catch (Exception fault) when (!_stop.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    _log.BatchFailed(batch.Undecided, fault);
                    await PauseAsync(_backoff.Next(batch.Failures++, retryAfter: null));
                }
            }
        }
#pragma warning disable CA1031 // Whatever it is: what is left is given back, or in the spool.
        catch (Exception) when (_stop.IsCancellationRequested)
#pragma warning restore CA1031
        {
            // The buffer stops.
        }
        finally
        {
            lock (_gate)
                _left.AddRange(batch.Left());
            if (holdsSlot)
                _slots.Release();
        }
    }

    /// <summary>One request of the batch: what is decided leaves it.</summary>
    private async Task<SendResult> TryAsync(Batch batch)
    {
        var request = batch.NextRequest();
        var answer = await SendOnceAsync(request);
        if (answer.Outcomes is { } outcomes)
        {
            batch.Failures = await TakeOutcomesAsync(batch, request, outcomes) > 0 ? 0 : batch.Failures + 1;
            return answer;
        }

        if (answer.IsTooLarge)
        {
            if (!batch.TryShrink(request.Length))
                await RefuseTooLargeAsync(batch, request.Span[0], answer.Fault!);
            return SendResult.Answered([]);
        }

        if (batch.Failures++ % FailuresALine == 0)
            _log.SendFailed(batch.Undecided, batch.Failures, answer.Fault!.Message);
        return answer;
    }

    private async Task<SendResult> SendOnceAsync(ReadOnlyMemory<Entry> request)
    {
        try
        {
            var answer = await _sender.SendAsync(request, _stop.Token);
            return answer.Outcomes is { } outcomes && outcomes.Count != request.Length
                ? SendResult.Faulted(new GpuCreditException($"{request.Length} entries got {outcomes.Count} outcomes."))
                : answer;
        }
#pragma warning disable CA1031 // A sender's bug must not stop the buffer for good: the entries are held, and it is in the log.
        catch (Exception e) when (!(e is OperationCanceledException && _stop.IsCancellationRequested))
#pragma warning restore CA1031
        {
            return SendResult.Faulted(new GpuCreditException($"The sender failed: {e.Message}", e));
        }
    }

    /// <returns>How many are decided.</returns>
    private async Task<int> TakeOutcomesAsync(Batch batch, ReadOnlyMemory<Entry> request, IReadOnlyList<EntryOutcome> outcomes)
    {
        var stays = new bool[outcomes.Count];
        var acknowledged = 0;
        List<RefusedEntry> refused = [];
        for (var i = 0; i < stays.Length; i++)
        {
            var outcome = outcomes[i];
            stays[i] = outcome.Status == OutcomeStatus.Unavailable;
            if (outcome.IsRefused)
                refused.Add(new(request.Span[i], outcome));
            if (outcome.IsAcknowledged)
                acknowledged++;
        }

        foreach (var statuses in outcomes.Where(outcome => outcome.Status != OutcomeStatus.Unavailable).CountBy(outcome => outcome.Status))
            _metrics.Decided(statuses.Key, statuses.Value);
        batch.Keep(stays);
        if (batch.Complete(acknowledged))
            _intake.Done(batch);
        foreach (var entry in refused)
            await GiveBackAsync(entry, batch);
        return acknowledged + refused.Count;
    }

    private async ValueTask GiveBackAsync(RefusedEntry refused, Batch batch)
    {
        try
        {
            await _refused.GiveAsync(refused, batch, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The buffer closes: it comes with what is left.
            lock (_gate)
                _refusedLeft.Add((refused, batch));
        }
    }

    private async Task RefuseTooLargeAsync(Batch batch, Entry entry, GpuCreditException fault)
    {
        _metrics.Decided(OutcomeStatus.Rejected, 1);
        batch.Keep([false]);
        await GiveBackAsync(new(entry, EntryOutcome.Rejected("body", fault.Message)), batch);
    }

    /// <summary>False when so many wait without a slot already that one more would leave memory without a bound.</summary>
    private bool TryPutAside(int entries)
    {
        if (Interlocked.Add(ref _aside, entries) <= _asideMax)
            return true;
        Interlocked.Add(ref _aside, -entries);
        return false;
    }

    /// <summary>False when the buffer stops meanwhile.</summary>
    private async Task<bool> TryPauseAsync(TimeSpan pause)
    {
        await PauseAsync(pause).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !_stop.IsCancellationRequested;
    }

    private Task PauseAsync(TimeSpan pause) => Task.Delay(pause, _time, _stop.Token);
}
