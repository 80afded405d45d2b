using Grpc.Core;
using Grpc.Net.Client;
using GpuCredit.V1;

namespace DoorBench.Doors;

/// <summary>gRPC streams, one a sender.</summary>
internal sealed class GrpcStreamDoor : IDoor
{
    /// <summary>As the Host says it.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly GrpcChannel _channel;
    private readonly Entries.EntriesClient _entries;
    private readonly AsyncDuplexStreamingCall<StreamEntriesRequest, StreamEntriesResponse>?[] _streams;
    private readonly CallCount _count = new();

    public GrpcStreamDoor(Uri host)
    {
        _channel = GrpcChannel.ForAddress(host, new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true } });
        _entries = new(_channel);
        _streams = new AsyncDuplexStreamingCall<StreamEntriesRequest, StreamEntriesResponse>?[Senders];
    }

    public string Name => "gRPC, streams, groups of 500";

    public int Senders => 8;

    public int BatchSize => 500;

    public Bound Bound => Bound.Streams(Senders);

    public async Task SendAsync(int sender, IReadOnlyList<UsageLine> batch)
    {
        var request = new StreamEntriesRequest();
        request.Entries.AddRange(batch.Select(usage => new Entry
        {
            AccountId = usage.AccountId,
            Usage = new Usage { UsageId = usage.UsageId, Amount = 1, Timestamp = usage.Timestamp },
        }));
        while (true)
        {
            var held = request.Entries.Count;
            _count.Begin(held);
            var left = await TryAsync(sender, request);
            _count.End(held, stored: held - left.Count);
            if (left.Count == 0)
                return;
            request = new StreamEntriesRequest { Entries = { left } };
            _count.Again();
            await Task.Delay(RetryAfter);
        }
    }

    public Task<DoorState> LookAsync() => Task.FromResult(_count.State);

    public async ValueTask DisposeAsync()
    {
        foreach (var stream in _streams)
            stream?.Dispose();
        await _channel.ShutdownAsync();
        _channel.Dispose();
    }

    /// <returns>What isn't known to be stored, and is to be sent again.</returns>
    private async Task<List<Entry>> TryAsync(int sender, StreamEntriesRequest request)
    {
        try
        {
            var stream = _streams[sender] ??= _entries.StreamEntries();
            await stream.RequestStream.WriteAsync(request);
            if (!await stream.ResponseStream.MoveNext(CancellationToken.None))
                throw new RpcException(new Status(StatusCode.Unavailable, "the stream has ended"));
            var outcomes = stream.ResponseStream.Current.Outcomes;
            if (outcomes.FirstOrDefault(outcome => outcome.Status is not (OutcomeStatus.Recorded or OutcomeStatus.Duplicate or OutcomeStatus.Unavailable)) is { } bad)
                throw new InvalidOperationException($"{Name}: {bad}");
            if (outcomes.Count != request.Entries.Count)
                throw new InvalidOperationException($"{Name}: {outcomes.Count} outcomes for {request.Entries.Count}");
            return [.. request.Entries.Where((_, n) => outcomes[n].Status == OutcomeStatus.Unavailable)];
        }
        catch (Exception fault) when (fault is RpcException { StatusCode: StatusCode.Unavailable } or InvalidOperationException { Source: "Grpc.Net.Client" })
        {
            _streams[sender]?.Dispose();
            _streams[sender] = null;
            return [.. request.Entries];
        }
    }
}
