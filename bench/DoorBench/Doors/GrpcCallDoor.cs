using Grpc.Core;
using Grpc.Net.Client;
using GpuCredit.V1;

namespace DoorBench.Doors;

/// <summary>gRPC, a call for each usage.</summary>
internal sealed class GrpcCallDoor : IDoor
{
    /// <summary>As the Host says it.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly GrpcChannel _channel;
    private readonly Accounts.AccountsClient _accounts;
    private readonly CallCount _count = new();

    public GrpcCallDoor(Uri host)
    {
        // A connection takes a hundred calls at once.
        _channel = GrpcChannel.ForAddress(host, new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true } });
        _accounts = new(_channel);
    }

    public string Name => "gRPC, one usage a call";

    public int Senders => 256;

    public int BatchSize => 1;

    public Bound Bound => Bound.Calls;

    public async Task SendAsync(int sender, IReadOnlyList<UsageLine> batch)
    {
        var request = new UseCreditRequest { AccountId = batch[0].AccountId, Usage = new Usage { UsageId = batch[0].UsageId, Amount = 1, Timestamp = batch[0].Timestamp } };
        while (true)
        {
            _count.Begin(1);
            var isStored = await TryAsync(request);
            _count.End(1, stored: isStored ? 1 : 0);
            if (isStored)
                return;
            _count.Again();
            await Task.Delay(RetryAfter);
        }
    }

    public Task<DoorState> LookAsync() => Task.FromResult(_count.State);

    public async ValueTask DisposeAsync()
    {
        await _channel.ShutdownAsync();
        _channel.Dispose();
    }

    private async Task<bool> TryAsync(UseCreditRequest request)
    {
        try
        {
            var response = await _accounts.UseCreditAsync(request);
            return response.Status is OutcomeStatus.Recorded or OutcomeStatus.Duplicate ? true : throw new InvalidOperationException($"{Name}: {response}");
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.Unavailable)
        {
            return false;
        }
    }
}
