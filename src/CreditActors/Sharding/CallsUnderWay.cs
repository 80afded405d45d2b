namespace CreditActors.Sharding;

/// <summary>
/// The calls of one client that wait for accounts. One timer looks after all of them, many times a second: a message that isn't answered is
/// sent again, and a call whose time is over is given up. Safe for many threads.
/// </summary>
internal sealed class CallsUnderWay : IDisposable
{
    /// <summary>Calls end up to so much before their deadline, and are tried again so much too soon; never later.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    private readonly CallList[] _lists;
    private readonly CallList _hurried = new();
    private readonly List<Call> _due = [];
    private readonly Lock _looking = new();
    private readonly TimeProvider _time;
    private readonly long _tick;
    private readonly long _waiting;
    private readonly long _soonest;
    private readonly int _triesMax;
    private readonly ITimer _timer;
    private readonly CancellationToken _ended;
    private readonly CancellationTokenRegistration _whenEnded;
    private volatile bool _isDisposed;

    /// <param name="settings">How often a message is sent, and when.</param>
    /// <param name="time">Measures that.</param>
    /// <param name="ended">When no answer will come any more.</param>
    public CallsUnderWay(AccountClientSettings settings, TimeProvider time, CancellationToken ended)
    {
        _time = time;
        _triesMax = settings.TriesMax;
        _waiting = Timestamps(settings.TryAgainAfter);
        _soonest = Timestamps(TimeSpan.FromTicks(Math.Min(settings.TryAgainAfter.Ticks, settings.Deadline.Ticks)));
        _tick = Timestamps(Tick);
        // Each thread mostly takes its own, so that they don't wait for one another.
        _lists = [.. Enumerable.Range(0, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount)).Select(_ => new CallList())];
        _ended = ended;
        _whenEnded = ended.UnsafeRegister(_ => GiveUpAll(), null);
        _timer = time.CreateTimer(_ => Look(), null, Tick, Tick);
    }

    /// <summary>Sends a call's messages, and keeps it until it is over.</summary>
    /// <param name="call">Which.</param>
    /// <param name="begunAt">When its caller came, in timestamps.</param>
    /// <param name="within">For so long it may go on from then.</param>
    public void Begin(Call call, long begunAt, TimeSpan within)
    {
        var now = _time.GetTimestamp();
        call.Begin(this, now, begunAt + Timestamps(within));
        var list = call.EndsAt - now < _soonest ? _hurried : _lists[Environment.CurrentManagedThreadId & (_lists.Length - 1)];
        list.Add(call);
        call.Send(now, _waiting, _triesMax, mayRunHere: true);
        if (_ended.IsCancellationRequested || _isDisposed)
            call.GiveUp();
    }

    /// <summary>Sends a message that belongs to a call which has begun.</summary>
    public void Send(AnswerAddress message) => message.Send(_time.GetTimestamp(), _waiting, _triesMax, mayRunHere: true);

    /// <summary>Nobody looks after calls any more: those under way are given up, and those that come.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _timer.Dispose();
        _whenEnded.Dispose();
        GiveUpAll();
    }

    private void Look()
    {
        if (!_looking.TryEnter())
            return;
        try
        {
            var soon = _time.GetTimestamp() + _tick;
            // Nothing is due of what has begun since, but for those that had little time left when they began.
            Collect(soon - _soonest);
            foreach (var call in _due)
            {
                if (call.EndsAt <= soon)
                    call.GiveUp();
                else
                    call.Send(soon, _waiting, _triesMax, mayRunHere: false);
            }
        }
        finally
        {
            _due.Clear();
            _looking.Exit();
        }
    }

    private void GiveUpAll()
    {
        lock (_looking)
        {
            Collect(long.MaxValue);
            foreach (var call in _due)
                call.GiveUp();
            _due.Clear();
        }
    }

    private void Collect(long begunAtMost)
    {
        foreach (var list in _lists)
            list.CopyTo(_due, begunAtMost);
        _hurried.CopyTo(_due, long.MaxValue);
    }

    private long Timestamps(TimeSpan time) => (long)Math.Min(time.TotalSeconds * _time.TimestampFrequency, long.MaxValue / 4);
}
