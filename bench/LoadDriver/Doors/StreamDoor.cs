using GpuCredit.Client;
using GpuCredit.Client.Grpc;
using GpuCredit.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Entry = GpuCredit.Client.Entry;

namespace LoadDriver.Doors;

/// <summary>A few streams of entries that all callers share, each request a message; questions go as the client sends them.</summary>
internal sealed class StreamDoor : ILoadDoor
{
    private const int LanesMax = 4;

    private readonly GrpcChannel _channel;
    private readonly GrpcGpuCreditClient _client;
    private readonly StreamLane[] _lanes;
    private int _next;

    public StreamDoor(Uri address, GpuCreditClientOptions options)
    {
        _channel = GrpcGpuCreditClient.CreateChannel(address, Connections.NewHandler(), loggers: null);
        _client = new GrpcGpuCreditClient(_channel, options);
        _lanes = [.. Enumerable.Range(0, LanesMax).Select(_ => new StreamLane(new Entries.EntriesClient(_channel), options.AttemptTimeout))];
    }

    public async Task<IReadOnlyList<EntryOutcome>> RecordAsync(Entry[] entries)
    {
        var request = new StreamEntriesRequest();
        foreach (ref readonly var entry in entries.AsSpan())
            request.Entries.Add(GrpcEntries.ToMessage(in entry));
        StreamEntriesResponse answer;
        try
        {
            answer = await _lanes[(uint)Interlocked.Increment(ref _next) % LanesMax].SendAsync(request);
        }
        catch (RpcException fault)
        {
            throw GrpcFaults.Fault(fault, _channel.Target);
        }

        TimeSpan? retryAfter = answer.HasRetryAfterMs ? TimeSpan.FromMilliseconds(answer.RetryAfterMs) : null;
        if (answer.Outcomes.Count != entries.Length)
            throw new GpuCreditException($"The answer of {_channel.Target} isn't understood.");
        return [.. answer.Outcomes.Select((outcome, i) => GrpcEntries.ToOutcome(outcome, entries[i].AccountId, retryAfter)
            ?? throw new GpuCreditException($"The answer of {_channel.Target} isn't understood."))];
    }

    public Task<BalanceOutcome> AskAsync(string accountId, long at) => _client.GetBalanceAsync(accountId, at);

    public async ValueTask DisposeAsync()
    {
        foreach (var lane in _lanes)
            await lane.DisposeAsync();
        _client.Dispose();
        _channel.Dispose();
    }
}
