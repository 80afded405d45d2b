namespace GpuCredit.Host.Sources;

/// <summary>How much one source may hold at one node: messages, and bytes. One taker waits for room; anyone gives it back.</summary>
internal sealed class Room(int messagesMax, long bytesMax)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _freed;
    private int _messages;
    private long _bytes;

    public int Messages
    {
        get
        {
            lock (_gate)
                return _messages;
        }
    }

    /// <summary>How many messages there is room for, at least one. The bytes may be passed by what is taken then, and no more is taken until they are below again.</summary>
    public async Task<int> WaitAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task freed;
            lock (_gate)
            {
                if (_messages < messagesMax && _bytes < bytesMax)
                    return messagesMax - _messages;
                freed = (_freed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await freed.WaitAsync(cancellation);
        }
    }

    public void Enter(int messages, long bytes)
    {
        lock (_gate)
        {
            _messages += messages;
            _bytes += bytes;
        }
    }

    public void Leave(int messages, long bytes)
    {
        lock (_gate)
        {
            _messages -= messages;
            _bytes -= bytes;
            _freed?.TrySetResult();
            _freed = null;
        }
    }
}
