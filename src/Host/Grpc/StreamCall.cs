using System.Runtime.ExceptionServices;
using Google.Protobuf;
using Grpc.Core;

namespace GpuCredit.Host.Grpc;

/// <summary>
/// One call that is a stream in both directions. One loop reads messages, as long as there is room in its share, and hands on what is in them;
/// another writes what became of it. What the second can't write, the first doesn't read, and HTTP/2 pushes back to the client.
/// </summary>
/// <remarks>
/// A stream ends in one of three ways: the client has closed its side (everything is answered, then OK); it may take no more (the
/// node stops, a message can't be taken: everything taken is answered, then the error); or it has no reader any more
/// (nothing is answered).
/// </remarks>
internal abstract class StreamCall<TRequest> : IDisposable
{
    private readonly IAsyncStreamReader<TRequest> _requests;
    private readonly int _bytesMax;
    private readonly CancellationToken _stopping;
    private readonly CancellationTokenSource _over;
    private readonly CancellationTokenSource _reading;
    private readonly CancellationTokenSource _drained = new();
    private RpcException? _end;
    private Exception? _fault;

    /// <param name="budget">What it has a share of.</param>
    /// <param name="requests">What the client writes.</param>
    /// <param name="bytesMax">Of one message.</param>
    /// <param name="stopping">The node's.</param>
    /// <param name="cancellation">The call's.</param>
    protected StreamCall(StreamBudget budget, IAsyncStreamReader<TRequest> requests, int bytesMax, CancellationToken stopping, CancellationToken cancellation)
    {
        Budget = budget;
        Share = new StreamShare(budget);
        _requests = requests;
        _bytesMax = bytesMax;
        _stopping = stopping;
        _over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _reading = CancellationTokenSource.CreateLinkedTokenSource(_over.Token, stopping);
    }

    protected StreamBudget Budget { get; }

    protected StreamShare Share { get; }

    /// <summary>Nobody is left to be told.</summary>
    protected CancellationToken Over => _over.Token;

    /// <summary>No more is taken.</summary>
    protected CancellationToken Reading => _reading.Token;

    /// <summary>The node stops, and has waited long enough for a client that doesn't read.</summary>
    protected CancellationToken Drained => _drained.Token;

    public async Task RunAsync()
    {
        // Who doesn't read doesn't keep the node from stopping.
        await using var limit = _stopping.Register(() => _drained.CancelAfter(GrpcLimits.DrainWithin));
        await Task.WhenAll(ReadAsync(), WriteAsync());
        await IdleAsync();
        if (_fault is not null)
            ExceptionDispatchInfo.Throw(_fault);
        if (_end is not null)
            throw _end;
    }

    public void Dispose()
    {
        Share.Dispose();
        _reading.Dispose();
        _over.Dispose();
        _drained.Dispose();
    }

    /// <summary>Null when the message may be taken; otherwise why the stream ends before it.</summary>
    protected abstract RpcException? Refuse(TRequest request);

    /// <summary>Waits for room, and takes the message.</summary>
    protected abstract ValueTask TakeAsync(TRequest request);

    /// <summary>For now there is nothing more to be read.</summary>
    protected virtual void Pause()
    {
    }

    /// <summary>Nothing more is taken.</summary>
    protected abstract void TakenAll();

    /// <summary>Writes what became of what was taken, until all of it is written.</summary>
    protected abstract Task WriteAllAsync();

    /// <summary>Both loops have ended: completes when nothing of this stream is under way any more.</summary>
    protected abstract Task IdleAsync();

    /// <summary>The first fault counts; what it brings about elsewhere in the stream does not.</summary>
    protected void Fail(Exception fault)
    {
        if (Interlocked.CompareExchange(ref _fault, fault, null) is null)
            _over.Cancel();
    }

    private async Task ReadAsync()
    {
        try
        {
            _end = await ReadToEndAsync();
            Pause();
        }
        catch (Exception fault)
        {
            Fail(fault);
        }
        finally
        {
            TakenAll();
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            await WriteAllAsync();
        }
        catch (Exception fault)
        {
            Fail(fault);
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
                if (!next.IsCompleted)
                    Pause();
                if (!await next)
                    return null;
                if (Refuse(_requests.Current) is { } refused)
                    return refused;
                await TakeAsync(_requests.Current);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested && !_over.IsCancellationRequested)
        {
            return GrpcProblems.Unavailable("The node stops; send again, to another or later, what isn't answered.");
        }
        catch (InvalidProtocolBufferException)
        {
            return GrpcProblems.Unreadable();
        }
        catch (RpcException framing)
        {
            // Beyond the bytes of a message, of which gRPC says nothing but the status; or broken off in the middle of one.
            return framing.StatusCode == StatusCode.ResourceExhausted ? GrpcProblems.TooLong(_bytesMax) : framing;
        }
    }
}
