namespace GpuCredit.Host.Sources.RabbitMq;

/// <summary>
/// What one node has of a queue and hasn't settled, and how many messages the broker may push at once. AMQP's prefetch counts messages and
/// not bytes, and the broker has all of them on the way before the first is seen: what comes when the bytes are at their bound is
/// refused unread, the broker is told to push no more, and from then on as many at once as fit by the size of those that came lately. As
/// smaller ones come it grows again. One consumer adds; any number of callers settle.
/// </summary>
internal sealed class RabbitMqHeld
{
    /// <summary>After so many times what may come at once, without one that was refused, more may come: so refusals stay rare whatever comes.</summary>
    private const int CalmPrefetches = 10;

    private readonly int _messagesMax;
    private readonly long _bytesMax;
    private readonly Lock _gate = new();
    private readonly List<ulong> _refused = [];
    private TaskCompletionSource? _changed;
    private int _messages;
    private long _bytes;

    /// <summary>What the broker was told last; 0: nothing.</summary>
    private int _prefetch;

    /// <summary>How many may come at once, by their size.</summary>
    private int _fitting;

    /// <summary>The largest that came lately.</summary>
    private long _size = 1;

    private long _largest;
    private long _came;

    /// <param name="messagesMax">So many at most.</param>
    /// <param name="bytesMax">When they have so many bytes no more is held; the last of them may pass it.</param>
    public RabbitMqHeld(int messagesMax, long bytesMax)
    {
        (_messagesMax, _bytesMax) = (messagesMax, bytesMax);
        _fitting = messagesMax;
    }

    /// <summary>Taken from the broker and not settled.</summary>
    public (int Messages, long Bytes) Now
    {
        get
        {
            lock (_gate)
                return (_messages, _bytes);
        }
    }

    /// <summary>Whether the next message finds no room. It is given back with the next <see cref="Step"/>.</summary>
    /// <param name="tag">The message's.</param>
    /// <param name="bytes">Of its body.</param>
    public bool Refuses(ulong tag, long bytes)
    {
        lock (_gate)
        {
            if (_bytes < _bytesMax)
                return false;
            See(bytes);
            _refused.Add(tag);
            _fitting = Math.Min(_fitting, Fitting(_size));
            (_came, _largest) = (0, 0);
            Wake();
            return true;
        }
    }

    /// <summary>One that wasn't refused.</summary>
    public void Enter(long bytes)
    {
        lock (_gate)
        {
            See(bytes);
            _messages++;
            _bytes += bytes;
            if (_came >= (long)CalmPrefetches * _fitting)
            {
                _size = _largest;
                var twice = (int)Math.Min(2L * _fitting, _messagesMax);
                _fitting = Math.Max(_fitting, Math.Min(twice, Fitting(_size)));
                (_came, _largest) = (0, 0);
            }

            Wake();
        }
    }

    /// <summary>Settled.</summary>
    public void Leave(int messages, long bytes)
    {
        lock (_gate)
        {
            _messages -= messages;
            _bytes -= bytes;
            Wake();
        }
    }

    /// <summary>Waits until the broker has to be told something.</summary>
    public async Task<Step> NextAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (Next() is { } step)
                    return step;
                changed = (_changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await changed.WaitAsync(cancellation);
        }
    }

    /// <summary>What the broker has to be told; null while that is nothing.</summary>
    public Step? Next()
    {
        lock (_gate)
        {
            if (_refused.Count > 0)
            {
                ulong[] refused = [.. _refused];
                _refused.Clear();
                _prefetch = 0;
                return new(0, refused);
            }

            if (_prefetch == 0 && Free(_messages, _bytes) is > 0 and var free)
            {
                _prefetch = free;
                return new(free, []);
            }

            // Each change interrupts the consumer for a moment, so it is for half as much again at least, and where that has room also
            // when all comes that may come until then. What has come by then is counted before it goes on.
            if (_prefetch > 0 && 2L * Free(Math.Max(_messages, _prefetch), Math.Max(_bytes, _prefetch * _size)) >= 3L * _prefetch)
            {
                _prefetch = 0;
                return new(0, []);
            }

            return null;
        }
    }

    /// <summary>How many more may come while so much is held.</summary>
    private int Free(int messages, long bytes) =>
        bytes >= _bytesMax ? 0 : (int)Math.Min(Math.Min(_fitting, _messagesMax - messages), Math.Max(1, (_bytesMax - bytes) / _size));

    /// <summary>In half of the room: the other half is for what came before and isn't settled yet.</summary>
    private int Fitting(long size) => (int)Math.Clamp(_bytesMax / 2 / size, 1, _messagesMax);

    private void See(long bytes)
    {
        _size = Math.Max(_size, bytes);
        _largest = Math.Max(_largest, Math.Max(1, bytes));
        _came++;
    }

    private void Wake()
    {
        _changed?.TrySetResult();
        _changed = null;
    }

    /// <summary>What the broker is told.</summary>
    /// <param name="Prefetch">How many it may push from now on, beside what it has pushed; 0: none.</param>
    /// <param name="Refused">Tags of messages that it shall have back.</param>
    internal readonly record struct Step(int Prefetch, IReadOnlyList<ulong> Refused);
}
