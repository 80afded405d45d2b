using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace GpuCredit.Client.Buffering;

/// <summary>Gives refused entries back to the caller, one at a time, beside the sending.</summary>
internal sealed class RefusedPump : IDisposable
{
    private readonly Channel<(RefusedEntry Refused, Batch? Batch)> _queue;
    private readonly Func<RefusedEntry, CancellationToken, ValueTask>? _onRefused;
    private readonly Action<Batch> _completed;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopped;
    private readonly Task _running;
    private long _heardAt;

    /// <param name="max">Entries that may wait here.</param>
    /// <param name="onRefused">The caller's; null to log instead.</param>
    /// <param name="completed">Called when a batch's last entry was given back.</param>
    /// <param name="time">Measures how long the caller's has been silent.</param>
    /// <param name="log">For what nobody took.</param>
    public RefusedPump(int max, Func<RefusedEntry, CancellationToken, ValueTask>? onRefused, Action<Batch> completed, TimeProvider time, ILogger log)
    {
        _queue = Channel.CreateBounded<(RefusedEntry, Batch?)>(new BoundedChannelOptions(max));
        _onRefused = onRefused;
        _completed = completed;
        _time = time;
        _log = log;
        _stopped = _stop.Token;
        _running = RunAsync();
    }

    /// <param name="refused">The entry and why.</param>
    /// <param name="batch">Its batch; null when nothing is to be completed any more.</param>
    /// <param name="cancellation">Gives up waiting for a place in the queue.</param>
    public ValueTask GiveAsync(RefusedEntry refused, Batch? batch, CancellationToken cancellation) => _queue.Writer.WriteAsync((refused, batch), cancellation);

    /// <summary>
    /// Gives these back as well, and waits until all are: for as long as the caller's handler goes on, however long that takes. What
    /// is left when it has fallen silent, or when it is enough, is logged.
    /// </summary>
    /// <param name="last">What else there is; nothing comes after it.</param>
    /// <param name="silenceMax">So long may the handler take for one entry.</param>
    /// <param name="enough">Nothing more is given once it is cancelled.</param>
    /// <returns>What is only in the log.</returns>
    public async Task<Missed> FinishAsync(IEnumerable<(RefusedEntry Refused, Batch? Batch)> last, TimeSpan silenceMax, CancellationToken enough)
    {
        // What it is busy with may have begun long ago, when nobody was in a hurry.
        Volatile.Write(ref _heardAt, _time.GetTimestamp());
        using var over = CancellationTokenSource.CreateLinkedTokenSource(enough);
        var listening = ListenAsync(silenceMax, over);
        var missed = new Missed();
        foreach (var (refused, batch) in last)
        {
            if (await TryGiveAsync(refused, batch, over.Token))
                continue;
            missed = Miss(missed, refused, batch);
        }

        _queue.Writer.TryComplete();
        await _running.WaitAsync(over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_running.IsCompleted)
        {
            await _stop.CancelAsync();
            // The one that the handler is busy with is the handler's.
            while (_queue.Reader.TryRead(out var waiting))
                missed = Miss(missed, waiting.Refused, waiting.Batch);
        }

        await over.CancelAsync();
        await listening;
        return missed;
    }

    public void Dispose() => _stop.Dispose();

    private async Task RunAsync()
    {
        await Task.Yield();
        while (!_stopped.IsCancellationRequested && await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (!_stopped.IsCancellationRequested && _queue.Reader.TryRead(out var next))
            {
                await GiveBackAsync(next.Refused);
                Volatile.Write(ref _heardAt, _time.GetTimestamp());
                if (next.Batch?.Complete(1) == true)
                    _completed(next.Batch);
            }
        }
    }

    /// <remarks>Only the waiting is cancelled, never a write: one that is cancelled may have happened, and would be told twice.</remarks>
    private async Task<bool> TryGiveAsync(RefusedEntry refused, Batch? batch, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            if (_queue.Writer.TryWrite((refused, batch)))
                return true;
            await ((Task)_queue.Writer.WaitToWriteAsync(over).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return false;
    }

    private Missed Miss(Missed before, RefusedEntry refused, Batch? batch)
    {
        _log.RefusedNotGivenBack(refused.Entry, refused.Outcome.Status, refused.Outcome.Detail);
        return batch is null ? before with { Left = before.Left + 1 } : before with { Refused = before.Refused + 1 };
    }

    /// <summary>Until it is over, or has to be: the handler hasn't returned for too long.</summary>
    private async Task ListenAsync(TimeSpan silenceMax, CancellationTokenSource over)
    {
        await Task.Yield();
        while (!over.IsCancellationRequested)
        {
            // In this order: what is heard in between makes the silence shorter, never longer.
            var now = _time.GetTimestamp();
            var left = silenceMax - _time.GetElapsedTime(Volatile.Read(ref _heardAt), now);
            if (left <= TimeSpan.Zero)
                await over.CancelAsync();
            else
                await Task.Delay(left, _time, over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task GiveBackAsync(RefusedEntry refused)
    {
        if (_onRefused is null)
        {
            _log.Refused(refused.Entry, refused.Outcome.Status, refused.Outcome.Detail);
            return;
        }

        try
        {
            await _onRefused(refused, _stopped);
        }
#pragma warning disable CA1031 // The caller's code may throw anything, and the entries behind this one are still to be given back.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _log.RefusedHandlerFailed(refused.Entry, refused.Outcome.Status, refused.Outcome.Detail, e);
        }
    }
}
