namespace GpuCredit.Client.Spooling;

/// <summary>One sync of the disk for all who ask while another one runs.</summary>
internal sealed class SpoolSync(Action sync)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _next;
    private bool _isRunning;

    /// <summary>Completes when a sync that began after this call has ended.</summary>
    /// <exception cref="IOException">The disk couldn't be synced.</exception>
    public Task SyncAsync()
    {
        lock (_gate)
        {
            _next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (!_isRunning)
            {
                _isRunning = true;
                _ = Task.Run(Run);
            }

            return _next.Task;
        }
    }

    private void Run()
    {
        while (true)
        {
            TaskCompletionSource asked;
            lock (_gate)
            {
                if (_next is null)
                {
                    _isRunning = false;
                    return;
                }

                asked = _next;
                _next = null;
            }

            try
            {
                sync();
                asked.TrySetResult();
            }
            catch (IOException e)
            {
                asked.TrySetException(e);
            }
        }
    }
}
