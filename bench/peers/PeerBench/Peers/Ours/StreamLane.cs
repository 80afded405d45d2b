using System.Collections.Concurrent;
using Grpc.Core;
using GpuCredit.V1;

namespace PeerBench.Peers.Ours;

/// <summary>One stream of entries, shared: requests are answered in their order, so whose an outcome is follows from its place.</summary>
internal sealed class StreamLane : SharedLane<StreamEntriesRequest, StreamEntriesResponse, StreamLane.Caller>
{
    /// <summary>The stream's own bound of one message.</summary>
    private const int EntriesEachMessageMax = 1_000;

    private readonly ConcurrentQueue<Caller[]> _sent = new();
    private readonly List<Caller> _together = [];

    public StreamLane(AsyncDuplexStreamingCall<StreamEntriesRequest, StreamEntriesResponse> call)
        : base(call) => Begin();

    /// <summary>At most 1,000 entries; answers one outcome for each.</summary>
    public Task<ArraySegment<Outcome>> SendAsync(Entry[] entries)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(entries.Length, EntriesEachMessageMax);
        var caller = new Caller(entries, new TaskCompletionSource<ArraySegment<Outcome>>(TaskCreationOptions.RunContinuationsAsynchronously));
        Add(caller);
        return caller.Answered.Task;
    }

    protected override ValueTask<StreamEntriesRequest> NextAsync()
    {
        _together.Clear();
        var request = new StreamEntriesRequest();
        while (Waiting.TryPeek(out var next) && request.Entries.Count + next.Entries.Length <= EntriesEachMessageMax && Waiting.TryRead(out next))
        {
            _together.Add(next);
            request.Entries.AddRange(next.Entries);
        }

        _sent.Enqueue([.. _together]);
        return new(request);
    }

    protected override void Answer(StreamEntriesResponse response)
    {
        if (!_sent.TryDequeue(out var callers))
            throw new InvalidOperationException("An answer that nothing was sent for.");
        Outcome[] outcomes = [.. response.Outcomes];
        var place = 0;
        foreach (var caller in callers)
        {
            caller.Answered.SetResult(new ArraySegment<Outcome>(outcomes, place, caller.Entries.Length));
            place += caller.Entries.Length;
        }
    }

    protected override void Fail(Exception ended)
    {
        while (_sent.TryDequeue(out var callers))
        {
            foreach (var caller in callers)
                caller.Answered.SetException(ended);
        }
    }

    internal sealed record Caller(Entry[] Entries, TaskCompletionSource<ArraySegment<Outcome>> Answered);
}
