using System.Threading.Channels;
using CreditActors.Sharding;
using Google.Protobuf;
using Grpc.Core;

namespace GpuCredit.Host.Grpc;

/// <summary>
/// One call of <c>StreamEntries</c>. One loop reads messages, as long as there is room in its share, and hands their entries to
/// their accounts; another writes the outcomes in the order of the messages. What the second can't write, the first doesn't read,
/// and HTTP/2 pushes back to the client.
/// </summary>
/// <remarks>
/// A stream ends in one of three ways: the client has closed its side (everything is answered, then OK); it may take no more (the
/// node stops, a message can't be taken: everything taken is answered, then the error); or it has no reader any more
/// (nothing is answered).
/// </remarks>
internal sealed class EntryStream : IDisposable
{
    private static readonly WriteOptions Buffered = new(WriteFlags.BufferHint);
    private static readonly WriteOptions Flushed = new();

    private readonly StreamBudget _budget;
    private readonly StreamShare _share;
    private readonly IAsyncStreamReader<V1.StreamEntriesRequest> _requests;
    private readonly IServerStreamWriter<V1.StreamEntriesResponse> _responses;
    private readonly CancellationToken _stopping;
    private readonly CancellationTokenSource _over;
    private readonly CancellationTokenSource _reading;
    private readonly CancellationTokenSource _drained = new();
    private readonly EntryLanes _lanes;
    private readonly Channel<StreamGroup> _order = Channel.CreateUnbounded<StreamGroup>(new() { SingleReader = true, SingleWriter = true }); // its share bounds it
    private readonly Wake _decided = new();
    private StreamGroup? _first; // the one that is to be written next, or is being written
    private RpcException? _end;
    private Exception? _fault;

    public EntryStream(
        AccountClient accounts,
        StreamBudget budget,
        IAsyncStreamReader<V1.StreamEntriesRequest> requests,
        IServerStreamWriter<V1.StreamEntriesResponse> responses,
        CancellationToken stopping,
        CancellationToken cancellation)
    {
        _budget = budget;
        _share = new StreamShare(budget);
        _requests = requests;
        _responses = responses;
        _stopping = stopping;
        _over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _reading = CancellationTokenSource.CreateLinkedTokenSource(_over.Token, stopping);
        _lanes = new EntryLanes(accounts, Fail, _over.Token);
    }

    public async Task RunAsync()
    {
        // Who doesn't read doesn't keep the node from stopping.
        await using var limit = _stopping.Register(() => _drained.CancelAfter(GrpcLimits.DrainWithin));
        await Task.WhenAll(ReadAsync(), WriteAsync());
        await _lanes.IdleAsync();
        GiveUpRest();
        if (_fault is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_fault);
        if (_end is not null)
            throw _end;
    }

    public void Dispose()
    {
        _share.Dispose();
        _reading.Dispose();
        _over.Dispose();
        _drained.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            _end = await ReadToEndAsync();
            _lanes.Send();
        }
        catch (Exception fault)
        {
            Fail(fault);
        }
        finally
        {
            _order.Writer.Complete();
        }
    }

    /// <summary>Null when the client has closed its side; otherwise why no more is taken.</summary>
    private async Task<RpcException?> ReadToEndAsync()
    {
        try
        {
            while (true)
            {
                var next = _requests.MoveNext(_reading.Token);
                // What came together is sent together: as long as more is here, nothing waits for more to come.
                if (!next.IsCompleted)
                    _lanes.Send();
                if (!await next)
                    return null;
                var request = _requests.Current;
                if (request.Entries.Count > GrpcLimits.StreamRequestEntriesMax)
                    return GrpcProblems.TooLarge($"A message of a stream takes at most {GrpcLimits.StreamRequestEntriesMax} entries; nothing of it was done.");
                await TakeAsync(request);
                if (_lanes.Gathered >= GrpcLimits.GatheredEntriesMax)
                    _lanes.Send();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested && !_over.IsCancellationRequested)
        {
            return GrpcProblems.Unavailable("The node stops; send again, to another or later, what has no outcome.");
        }
        catch (InvalidProtocolBufferException)
        {
            return GrpcProblems.Unreadable();
        }
        catch (RpcException framing)
        {
            // Beyond the bytes of a message, of which gRPC says nothing but the status; or broken off in the middle of one.
            return framing.StatusCode == StatusCode.ResourceExhausted ? GrpcProblems.TooLong(GrpcLimits.EntriesBytesMax) : framing;
        }
    }

    private async ValueTask TakeAsync(V1.StreamEntriesRequest request)
    {
        var entries = request.Entries.Count;
        var weight = StreamGroup.WeightOf(entries);
        while (!_share.TryTake(weight))
        {
            _lanes.Send();
            await _share.RoomAsync(_reading.Token);
        }

        var lease = _budget.TakeAsync(entries, _reading.Token);
        if (!lease.IsCompleted)
            _lanes.Send();
        var group = new StreamGroup(request.Sequence, entries, await lease, _decided);
        _lanes.Take(group, request.Entries);
        _order.Writer.TryWrite(group);
    }

    private async Task WriteAsync()
    {
        try
        {
            var written = 0;
            while (await _order.Reader.WaitToReadAsync(_over.Token))
            {
                while (_order.Reader.TryRead(out _first))
                {
                    while (!_first.IsDecided)
                        await _decided.WaitAsync(_over.Token);
                    written += _first.Weight;
                    // What is ready together is flushed together.
                    var isFlushed = written >= GrpcLimits.OutcomesPerFlushMax || !_order.Reader.TryPeek(out var next) || !next.IsDecided;
                    _responses.WriteOptions = isFlushed ? Flushed : Buffered;
                    await _responses.WriteAsync(_first.ToAnswer(), _drained.Token);
                    if (!isFlushed)
                        continue;
                    _share.GiveBack(written);
                    written = 0;
                }
            }
        }
        catch (Exception fault)
        {
            Fail(fault);
        }
    }

    /// <summary>What nobody will be told any more, gives back its place at the accounts.</summary>
    private void GiveUpRest()
    {
        _first?.GiveUp();
        while (_order.Reader.TryRead(out var group))
            group.GiveUp();
    }

    /// <summary>The first fault counts; what it brings about in the other loop, and in the lanes, does not.</summary>
    private void Fail(Exception fault)
    {
        if (Interlocked.CompareExchange(ref _fault, fault, null) is null)
            _over.Cancel();
    }
}
