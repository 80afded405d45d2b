using System.Collections.Concurrent;
using GpuCredit.Client;

namespace Client.Tests.Running;

/// <summary>A server that answers as the test says, and remembers what it was sent.</summary>
internal sealed class ScriptedSender(Func<Entry[], SendResult> answer) : IEntrySender
{
    private readonly ConcurrentQueue<Entry[]> _requests = new();
    private int _underWay;
    private int _underWayMost;

    public ScriptedSender()
        : this(Record)
    {
    }

    /// <summary>Requests wait here, when it is set, before they are answered.</summary>
    public TaskCompletionSource? Gate { get; set; }

    public IReadOnlyList<Entry[]> Requests => [.. _requests];

    public IEnumerable<string> Ids => _requests.SelectMany(request => request).Select(entry => entry.Id);

    public int UnderWayMost => Volatile.Read(ref _underWayMost);

    public static SendResult Record(Entry[] entries) =>
        SendResult.Answered(Array.ConvertAll(entries, _ => new EntryOutcome { Status = OutcomeStatus.Recorded, Version = 1 }));

    public static SendResult Away(TimeSpan? retryAfter = null) => SendResult.Faulted(new GpuCreditException("away") { RetryAfter = retryAfter });

    public static SendResult Each(Entry[] entries, Func<Entry, OutcomeStatus> status) =>
        SendResult.Answered(Array.ConvertAll(entries, entry => new EntryOutcome { Status = status(entry), Version = 1, Detail = "said the test" }));

    public async Task<SendResult> SendAsync(ReadOnlyMemory<Entry> entries, CancellationToken cancellation)
    {
        var sent = entries.ToArray();
        _requests.Enqueue(sent);
        var underWay = Interlocked.Increment(ref _underWay);
        InterlockedMax(underWay);
        try
        {
            if (Gate is { } gate)
                await gate.Task.WaitAsync(cancellation);
            return answer(sent);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    public Task UntilRequestsAsync(int count) => Until.TrueAsync(() => _requests.Count >= count, $"{count} requests");

    private void InterlockedMax(int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref _underWayMost)) < value && Interlocked.CompareExchange(ref _underWayMost, value, seen) != seen)
        {
            // Somebody else was quicker.
        }
    }
}
