using System.Diagnostics;
using CreditActors.Ledger;

namespace GpuCredit.Host.Sources;

/// <summary>What a source has done at this node since it started.</summary>
internal sealed class SourceMeter(TimeProvider time)
{
    private const int SecondsInRate = 60;

    private readonly Lock _gate = new();
    private readonly long _start = time.GetTimestamp();
    private readonly long[] _byStatus = new long[(int)OutcomeStatus.Unavailable + 1];
    private readonly long[] _decidedIn = new long[SecondsInRate];
    private long _second;
    private long _messages;
    private long _skipped;
    private long _deadLetters;
    private long _retries;
    private (DateTimeOffset At, string Detail)? _lastError;

    public long Messages => Interlocked.Read(ref _messages);

    /// <summary>Records that the source's mapping passed over, in messages that are settled.</summary>
    public long Skipped => Interlocked.Read(ref _skipped);

    public long DeadLetters => Interlocked.Read(ref _deadLetters);

    /// <summary>How often entries that weren't known to be stored were sent again.</summary>
    public long Retries => Interlocked.Read(ref _retries);

    public (DateTimeOffset At, string Detail)? LastError
    {
        get
        {
            lock (_gate)
                return _lastError;
        }
    }

    public void CountMessages(int messages) => Interlocked.Add(ref _messages, messages);

    public void CountDeadLetter() => Interlocked.Increment(ref _deadLetters);

    public void CountRetry() => Interlocked.Increment(ref _retries);

    public void CountDecided(MessageWork message)
    {
        Interlocked.Add(ref _skipped, message.Skipped);
        lock (_gate)
        {
            Forward();
            foreach (var status in message.Statuses)
                _byStatus[(int)status]++;
            _decidedIn[_second % SecondsInRate] += message.Entries;
        }
    }

    public void Fail(string detail)
    {
        lock (_gate)
            _lastError = (time.GetUtcNow(), detail);
    }

    public long Entries(OutcomeStatus status)
    {
        Debug.Assert(status != OutcomeStatus.Unavailable);
        lock (_gate)
            return _byStatus[(int)status];
    }

    /// <summary>Entries decided a second, over the last minute or since the start.</summary>
    public double EntriesPerSecond()
    {
        lock (_gate)
        {
            Forward();
            return _decidedIn.Sum() / (double)Math.Clamp(_second, 1, SecondsInRate - 1);
        }
    }

    /// <summary>The seconds that have passed since the last call are empty.</summary>
    private void Forward()
    {
        var now = (long)time.GetElapsedTime(_start).TotalSeconds;
        for (var empty = Math.Max(_second + 1, now - SecondsInRate + 1); empty <= now; empty++)
            _decidedIn[empty % SecondsInRate] = 0;
        _second = now;
    }
}
