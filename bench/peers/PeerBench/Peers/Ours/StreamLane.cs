using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpc.Core;
using GpuCredit.V1;

namespace PeerBench.Peers.Ours;

/// <summary>One stream of entries, shared: requests are answered in their order, so whose an outcome is follows from its place.</summary>
internal sealed class StreamLane : IAsyncDisposable
{
    /// <summary>The stream's own bound of one message.</summary>
    private const int EntriesEachMessageMax = 1_000;

    private readonly AsyncDuplexStreamingCall<StreamEntriesRequest, StreamEntriesResponse> _call;
    private readonly Channel<Caller> _waiting = Channel.CreateUnbounded<Caller>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentQueue<Caller[]> _sent = new();
    private readonly Task _writing;
    private readonly Task _reading;

    public StreamLane(AsyncDuplexStreamingCall<StreamEntriesRequest, StreamEntriesResponse> call)
    {
        _call = call;
        _writing = Task.Run(WriteAsync);
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>At most 1,000 entries; answers one outcome for each.</summary>
    public Task<ArraySegment<Outcome>> SendAsync(Entry[] entries)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(entries.Length, EntriesEachMessageMax);
        var caller = new Caller(entries, new TaskCompletionSource<ArraySegment<Outcome>>(TaskCreationOptions.RunContinuationsAsynchronously));
        if (!_waiting.Writer.TryWrite(caller))
            throw new InvalidOperationException("The stream has ended.");
        return caller.Answered.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _writing;
        await _reading;
        _call.Dispose();
    }

    private async Task WriteAsync()
    {
        var together = new List<Caller>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            together.Clear();
            var request = new StreamEntriesRequest();
            while (_waiting.Reader.TryPeek(out var next) && request.Entries.Count + next.Entries.Length <= EntriesEachMessageMax && _waiting.Reader.TryRead(out next))
            {
                together.Add(next);
                request.Entries.AddRange(next.Entries);
            }

            _sent.Enqueue([.. together]);
            await _call.RequestStream.WriteAsync(request);
        }

        await _call.RequestStream.CompleteAsync();
    }

    private async Task ReadAsync()
    {
        Exception ended = new InvalidOperationException("The stream has ended.");
        try
        {
            while (await _call.ResponseStream.MoveNext(CancellationToken.None))
                Answer([.. _call.ResponseStream.Current.Outcomes]);
        }
        catch (RpcException fault)
        {
            ended = fault;
        }

        _waiting.Writer.TryComplete();
        while (_sent.TryDequeue(out var callers))
        {
            foreach (var caller in callers)
                caller.Answered.SetException(ended);
        }
    }

    private void Answer(Outcome[] outcomes)
    {
        if (!_sent.TryDequeue(out var callers))
            throw new InvalidOperationException("An answer that nothing was sent for.");
        var place = 0;
        foreach (var caller in callers)
        {
            caller.Answered.SetResult(new ArraySegment<Outcome>(outcomes, place, caller.Entries.Length));
            place += caller.Entries.Length;
        }
    }

    private sealed record Caller(Entry[] Entries, TaskCompletionSource<ArraySegment<Outcome>> Answered);
}
