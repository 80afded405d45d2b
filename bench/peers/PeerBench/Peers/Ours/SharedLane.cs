using System.Threading.Channels;
using Grpc.Core;

namespace PeerBench.Peers.Ours;

/// <summary>One stream that callers share: what they have waiting goes out in one message.</summary>
/// <param name="call">Opened for it.</param>
internal abstract class SharedLane<TRequest, TResponse, TCaller>(AsyncDuplexStreamingCall<TRequest, TResponse> call) : IAsyncDisposable
{
    private readonly Channel<TCaller> _waiting = Channel.CreateUnbounded<TCaller>(new UnboundedChannelOptions { SingleReader = true });
    private Task _running = Task.CompletedTask;

    protected ChannelReader<TCaller> Waiting => _waiting.Reader;

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _running;
        call.Dispose();
    }

    /// <summary>To be called once, when everything else is there.</summary>
    protected void Begin() => _running = Task.WhenAll(Task.Run(WriteAsync), Task.Run(ReadAsync));

    protected void Add(TCaller caller)
    {
        if (!_waiting.Writer.TryWrite(caller))
            throw new InvalidOperationException("The stream has ended.");
    }

    /// <summary>A message of callers that wait.</summary>
    protected abstract ValueTask<TRequest> NextAsync();

    protected abstract void Answer(TResponse response);

    /// <summary>Nobody who waits will be answered.</summary>
    protected abstract void Fail(Exception ended);

    private async Task WriteAsync()
    {
        while (await _waiting.Reader.WaitToReadAsync())
            await call.RequestStream.WriteAsync(await NextAsync());
        await call.RequestStream.CompleteAsync();
    }

    private async Task ReadAsync()
    {
        Exception ended = new InvalidOperationException("The stream has ended.");
        try
        {
            while (await call.ResponseStream.MoveNext(CancellationToken.None))
                Answer(call.ResponseStream.Current);
        }
        catch (RpcException fault)
        {
            ended = fault;
        }

        _waiting.Writer.TryComplete();
        Fail(ended);
    }
}
