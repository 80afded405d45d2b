using Grpc.Core;
using Grpc.Net.Client;
using GpuCredit.V1;

namespace DoorBench.Doors;

/// <summary>gRPC streams, one a sender.</summary>
internal sealed class GrpcDoor : IDoor
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly GrpcChannel _channel;
    private readonly Entries.EntriesClient _entries;
    private readonly AsyncDuplexStreamingCall<StreamEntriesRequest, StreamEntriesResponse>?[] _streams;

    public GrpcDoor(Uri host)
    {
        _channel = GrpcChannel.ForAddress(host, new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true } });
        _entries = new(_channel);
        _streams = new AsyncDuplexStreamingCall<StreamEntriesRequest, StreamEntriesResponse>?[Senders];
    }

    public string Name => "gRPC, streams, groups of 500";

    public int Senders => 8;

    public int BatchSize => 500;

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
            try
            {
                var stream = _streams[sender] ??= _entries.StreamEntries();
                await stream.RequestStream.WriteAsync(request);
                if (!await stream.ResponseStream.MoveNext())
                    throw new RpcException(new Status(StatusCode.Unavailable, "the stream has ended"));
                var outcomes = stream.ResponseStream.Current.Outcomes;
                if (outcomes.All(outcome => outcome.Status is OutcomeStatus.Recorded or OutcomeStatus.Duplicate))
                    return;
                if (outcomes.FirstOrDefault(outcome => outcome.Status is not (OutcomeStatus.Recorded or OutcomeStatus.Duplicate or OutcomeStatus.Unavailable)) is { } bad)
                    throw new InvalidOperationException($"{Name}: {bad}");
            }
            catch (Exception fault) when (fault is RpcException or InvalidOperationException { Source: "Grpc.Net.Client" })
            {
                _streams[sender]?.Dispose();
                _streams[sender] = null;
            }

            await Task.Delay(Pause);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var stream in _streams)
            stream?.Dispose();
        await _channel.ShutdownAsync();
        _channel.Dispose();
    }
}
