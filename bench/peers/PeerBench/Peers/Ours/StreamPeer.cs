using DoorBench;
using PeerBench.Work;

namespace PeerBench.Peers.Ours;

/// <summary>
/// gpucredit-stream: a few streams of entries that all callers share. What callers have waiting goes out in one message, as Redis'
/// client does with its connection. Questions go as gpucredit-grpc's.
/// </summary>
internal sealed class StreamPeer(Site site, bool sqlite) : GrpcPeer(site, sqlite)
{
    private const int Lanes = 4;

    private StreamLane[] _lanes = [];

    public override async Task<bool> PutAsync(int worker, WorkEntry entry) =>
        IsNew((await Lane(worker).SendAsync([EntryOf(entry)]))[0].Status);

    public override async Task PutBatchAsync(int worker, WorkEntry[] entries)
    {
        var messages = new GpuCredit.V1.Entry[entries.Length];
        for (var i = 0; i < entries.Length; i++)
            messages[i] = EntryOf(entries[i]);
        foreach (var outcome in await Lane(worker).SendAsync(messages))
            IsNew(outcome.Status);
    }

    protected override Task BringInAsync(WorkEntry[] entries) => base.PutBatchAsync(0, entries);

    protected override void Connect(HostUnderTest host)
    {
        base.Connect(host);
        _lanes = [.. Enumerable.Range(0, Lanes).Select(_ => new StreamLane(Entries.StreamEntries()))];
    }

    protected override async Task DisconnectAsync()
    {
        foreach (var lane in _lanes)
            await lane.DisposeAsync();
        _lanes = [];
        await base.DisconnectAsync();
    }

    private StreamLane Lane(int worker) => _lanes[worker % _lanes.Length];
}
