using System.Collections.Concurrent;
using GpuCredit.Client;
using GpuCredit.V1;
using Grpc.Core;

namespace LoadDriver.Doors;

/// <summary>One stream of entries, opened again when it has ended. What had no answer then fails, and is the caller's to send again.</summary>
internal sealed class StreamLane(Entries.EntriesClient client, TimeSpan patience) : IAsyncDisposable
{
    private readonly SemaphoreSlim _writing = new(1);
    private Opened? _opened;
    private ulong _sequence;

    /// <exception cref="RpcException">The stream ended before the answer came.</exception>
    /// <exception cref="GpuCreditException">No answer came in time.</exception>
    public async Task<StreamEntriesResponse> SendAsync(StreamEntriesRequest request)
    {
        using var timeout = new CancellationTokenSource(patience);
        Task<StreamEntriesResponse> answered;
        try
        {
            await _writing.WaitAsync(timeout.Token);
            try
            {
                if (_opened is not { HasEnded: false })
                    _opened = new Opened(client.StreamEntries());
                request.Sequence = ++_sequence;
                answered = _opened.Expect(request.Sequence);
                await _opened.WriteAsync(request, timeout.Token);
            }
            finally
            {
                _writing.Release();
            }

            return await answered.WaitAsync(timeout.Token);
        }
        catch (OperationCanceledException late) when (timeout.IsCancellationRequested)
        {
            throw new GpuCreditException($"A stream did not answer within {patience}.", late);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_opened is { } opened)
            await opened.DisposeAsync();
        _writing.Dispose();
    }

    private sealed class Opened : IAsyncDisposable
    {
        private readonly AsyncDuplexStreamingCall<StreamEntriesRequest, StreamEntriesResponse> _call;
        private readonly ConcurrentDictionary<ulong, TaskCompletionSource<StreamEntriesResponse>> _waiting = new();
        private readonly Task _reading;
        private volatile RpcException? _end;

        public Opened(AsyncDuplexStreamingCall<StreamEntriesRequest, StreamEntriesResponse> call)
        {
            _call = call;
            _reading = Task.Run(ReadAsync);
        }

        public bool HasEnded => _end is not null;

        public Task<StreamEntriesResponse> Expect(ulong sequence)
        {
            var answered = new TaskCompletionSource<StreamEntriesResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting[sequence] = answered;
            // The end may have come between: whoever sees the other's mark fails it.
            if (_end is { } end)
                answered.TrySetException(end);
            return answered.Task;
        }

        public async Task WriteAsync(StreamEntriesRequest request, CancellationToken cancellation)
        {
            try
            {
                await _call.RequestStream.WriteAsync(request, cancellation);
            }
            catch (Exception fault) when (fault is InvalidOperationException or IOException)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "the stream has ended: " + fault.Message, fault));
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (!HasEnded)
            {
                try
                {
                    await _call.RequestStream.CompleteAsync();
                }
                catch (Exception fault) when (fault is RpcException or InvalidOperationException)
                {
                    // It has ended in this moment.
                }
            }

            await _reading;
            _call.Dispose();
        }

        private async Task ReadAsync()
        {
            var end = new RpcException(new Status(StatusCode.Unavailable, "the stream has ended"));
            try
            {
                while (await _call.ResponseStream.MoveNext(CancellationToken.None))
                {
                    if (_waiting.TryRemove(_call.ResponseStream.Current.Sequence, out var answered))
                        answered.TrySetResult(_call.ResponseStream.Current);
                }
            }
            catch (RpcException fault)
            {
                end = fault;
            }

            _end = end;
            foreach (var answered in _waiting.Values)
                answered.TrySetException(end);
        }
    }
}
