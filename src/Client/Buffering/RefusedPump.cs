using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace GpuCredit.Client.Buffering;

/// <summary>Gives refused entries back to the caller, one at a time, beside the sending.</summary>
internal sealed class RefusedPump : IDisposable
{
    private readonly Channel<(RefusedEntry Refused, Batch? Batch)> _queue;
    private readonly Func<RefusedEntry, CancellationToken, ValueTask>? _onRefused;
    private readonly Action<Batch> _completed;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    /// <param name="max">Entries that may wait here.</param>
    /// <param name="onRefused">The caller's; null to log instead.</param>
    /// <param name="completed">Called when a batch's last entry was given back.</param>
    /// <param name="log">For what nobody took.</param>
    public RefusedPump(int max, Func<RefusedEntry, CancellationToken, ValueTask>? onRefused, Action<Batch> completed, ILogger log)
    {
        _queue = Channel.CreateBounded<(RefusedEntry, Batch?)>(new BoundedChannelOptions(max) { SingleReader = true });
        _onRefused = onRefused;
        _completed = completed;
        _log = log;
        _running = RunAsync();
    }

    /// <param name="refused">The entry and why.</param>
    /// <param name="batch">Its batch; null when nothing is to be completed any more.</param>
    /// <param name="cancellation">Gives up waiting for a place in the queue.</param>
    public ValueTask GiveAsync(RefusedEntry refused, Batch? batch, CancellationToken cancellation) => _queue.Writer.WriteAsync((refused, batch), cancellation);

    /// <summary>Waits until all were given back, or for so long; what is left then is logged.</summary>
    public async Task StopAsync(TimeSpan within, TimeProvider time)
    {
        _queue.Writer.TryComplete();
        try
        {
            await _running.WaitAsync(within, time);
        }
        catch (TimeoutException)
        {
            await _stop.CancelAsync();
            // The one that the caller is busy with is the caller's. The others are read by nobody else from here on.
            while (_queue.Reader.TryRead(out var waiting))
                _log.RefusedNotGivenBack(waiting.Refused.Entry, waiting.Refused.Outcome.Status, waiting.Refused.Outcome.Detail);
        }
    }

    public void Dispose() => _stop.Dispose();

    private async Task RunAsync()
    {
        await Task.Yield();
        await foreach (var (refused, batch) in _queue.Reader.ReadAllAsync())
        {
            await GiveBackAsync(refused);
            if (batch?.Complete(1) == true)
                _completed(batch);
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
            await _onRefused(refused, _stop.Token);
        }
#pragma warning disable CA1031 // The caller's code may throw anything, and the entries behind this one are still to be given back.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _log.RefusedHandlerFailed(refused.Entry, refused.Outcome.Status, refused.Outcome.Detail, e);
        }
    }
}
