using System.Threading.Channels;
using CreditActors.Sharding;
using Grpc.Core;

namespace GpuCredit.Host.Grpc;

/// <summary>One call of <c>StreamEntries</c>: the outcomes are written in the order of the messages.</summary>
internal sealed class EntryStream : StreamCall<V1.StreamEntriesRequest>
{
    private static readonly WriteOptions Buffered = new(WriteFlags.BufferHint);
    private static readonly WriteOptions Flushed = new();

    private readonly IServerStreamWriter<V1.StreamEntriesResponse> _responses;
    private readonly EntryLanes _lanes;
    private readonly Channel<StreamGroup> _order = Channel.CreateUnbounded<StreamGroup>(new() { SingleReader = true, SingleWriter = true }); // its share bounds it
    private readonly Wake _decided = new();
    private StreamGroup? _first; // the one that is to be written next, or is being written

    public EntryStream(
        AccountClient accounts,
        StreamBudget budget,
        IAsyncStreamReader<V1.StreamEntriesRequest> requests,
        IServerStreamWriter<V1.StreamEntriesResponse> responses,
        CancellationToken stopping,
        CancellationToken cancellation)
        : base(budget, requests, GrpcLimits.EntriesBytesMax, stopping, cancellation)
    {
        _responses = responses;
        _lanes = new EntryLanes(accounts, Fail, Over);
    }

    protected override RpcException? Refuse(V1.StreamEntriesRequest request) => request.Entries.Count <= GrpcLimits.StreamRequestEntriesMax
        ? null
        : GrpcProblems.TooLarge($"A message of a stream takes at most {GrpcLimits.StreamRequestEntriesMax} entries; nothing of it was done.");

    protected override async ValueTask TakeAsync(V1.StreamEntriesRequest request)
    {
        var entries = request.Entries.Count;
        var weight = StreamGroup.WeightOf(entries);
        while (!Share.TryTake(weight))
        {
            _lanes.Send();
            await Share.RoomAsync(Reading);
        }

        var lease = Budget.TakeAsync(entries, Reading);
        if (!lease.IsCompleted)
            _lanes.Send();
        var group = new StreamGroup(request.Sequence, entries, await lease, _decided);
        _lanes.Take(group, request.Entries);
        _order.Writer.TryWrite(group);
        if (_lanes.Gathered >= GrpcLimits.GatheredEntriesMax)
            _lanes.Send();
    }

    /// <summary>What came together is sent together: as long as more is here, nothing waits for more to come.</summary>
    protected override void Pause() => _lanes.Send();

    protected override void TakenAll() => _order.Writer.Complete();

    protected override async Task WriteAllAsync()
    {
        var written = 0;
        while (await _order.Reader.WaitToReadAsync(Over))
        {
            while (_order.Reader.TryRead(out _first))
            {
                while (!_first.IsDecided)
                    await _decided.WaitAsync(Over);
                written += _first.Weight;
                // What is ready together is flushed together.
                var isFlushed = written >= GrpcLimits.OutcomesPerFlushMax || !_order.Reader.TryPeek(out var next) || !next.IsDecided;
                _responses.WriteOptions = isFlushed ? Flushed : Buffered;
                await _responses.WriteAsync(_first.ToAnswer(), Drained);
                if (!isFlushed)
                    continue;
                Share.GiveBack(written);
                written = 0;
            }
        }
    }

    protected override async Task IdleAsync()
    {
        await _lanes.IdleAsync();
        // What nobody will be told any more, gives back its place at the accounts.
        _first?.GiveUp();
        while (_order.Reader.TryRead(out var group))
            group.GiveUp();
    }
}
