using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using GpuCredit.V1;
using Host.Tests.Running;

namespace Host.Tests.Grpc;

/// <summary>A channel of its own to a Host's gRPC door, and what tests say over it.</summary>
internal sealed class GrpcClients : IDisposable
{
    public static readonly TimeSpan Within = TimeSpan.FromSeconds(60);

    private readonly GrpcChannel _channel;

    public GrpcClients(InProcessHost host)
        : this(host.GrpcAddress)
    {
    }

    public GrpcClients(Uri address)
    {
        _channel = GrpcChannel.ForAddress(address);
        Accounts = new(_channel);
        Entries = new(_channel);
    }

    public GrpcChannel Channel => _channel;

    public Accounts.AccountsClient Accounts { get; }

    public Entries.EntriesClient Entries { get; }

    public static Entry Usage(string account, string id, long amount = 1, int revision = 0) =>
        new() { AccountId = account, Usage = new Usage { UsageId = id, Amount = amount, Timestamp = 1, Revision = revision } };

    public static StreamEntriesRequest Message(ulong sequence, params Entry[] entries) => new() { Sequence = sequence, Entries = { entries } };

    /// <summary>The next answer.</summary>
    public static async Task<StreamEntriesResponse> NextAsync(AsyncDuplexStreamingCall<StreamEntriesRequest, StreamEntriesResponse> stream)
    {
        Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(Within), "the stream has ended");
        return stream.ResponseStream.Current;
    }

    /// <summary>Every answer until the end, and the status there.</summary>
    public static async Task<(List<StreamEntriesResponse> Answers, RpcException? End)> RestAsync(AsyncDuplexStreamingCall<StreamEntriesRequest, StreamEntriesResponse> stream)
    {
        var answers = new List<StreamEntriesResponse>();
        try
        {
            while (await stream.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(Within))
                answers.Add(stream.ResponseStream.Current);
            return (answers, null);
        }
        catch (RpcException end)
        {
            return (answers, end);
        }
    }

    /// <summary>Waits until the client gets nothing more away, which it does before it has sent everything.</summary>
    public static async Task PushedBackAsync(Func<int> sent, int total)
    {
        const int StillFor = 15;
        var (last, still) = (-1, 0);
        await Eventually.TrueAsync(
            () =>
            {
                var now = sent();
                still = now == last ? still + 1 : 0;
                last = now;
                return Task.FromResult(still == StillFor);
            },
            Within,
            "the client is pushed back");
        Assert.InRange(last, 1, total - 1);
    }

    /// <summary>Until the node can take entries.</summary>
    public Task ServingAsync() => Eventually.TrueAsync(
        async () => (await new Health.HealthClient(_channel).CheckAsync(new HealthCheckRequest())).Status == HealthCheckResponse.Types.ServingStatus.Serving, Within, "the node is ready");

    public static string? CodeOf(RpcException problem) => problem.Trailers.GetValue("gpucredit-code");

    public void Dispose() => _channel.Dispose();
}
