using DoorBench;

namespace PeerBench.Peers.Ours;

/// <summary>gpucredit-grpc: one entry a call, or many to RecordEntries; questions over a few streams of balances that all callers share.</summary>
internal class GrpcPeer(Site site, bool sqlite) : UnaryPeer(site, sqlite)
{
    private const int Lanes = 2;

    private AskLane[] _lanes = [];

    public override Task<long> BalanceAsync(int worker, long account, long at) => _lanes[worker % _lanes.Length].AskAsync(OurEntries.AccountId(account), at);

    protected override void Connect(HostUnderTest host)
    {
        base.Connect(host);
        _lanes = [.. Enumerable.Range(0, Lanes).Select(_ => new AskLane(Accounts.StreamBalances()))];
    }

    protected override async Task DisconnectAsync()
    {
        foreach (var lane in _lanes)
            await lane.DisposeAsync();
        _lanes = [];
        await base.DisconnectAsync();
    }
}
