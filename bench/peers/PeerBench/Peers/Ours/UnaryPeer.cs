using System.Diagnostics;
using DoorBench;
using Grpc.Core;
using Grpc.Net.Client;
using GpuCredit.V1;
using PeerBench.Work;

namespace PeerBench.Peers.Ours;

/// <summary>gpucredit-unary: one question or one entry a call, or many entries to RecordEntries.</summary>
internal class UnaryPeer(Site site, bool sqlite) : HostPeer(site, sqlite)
{
    private GrpcChannel? _channel;
    private Accounts.AccountsClient? _accounts;
    private Entries.EntriesClient? _entries;

    protected Entries.EntriesClient Entries => _entries ?? throw new InvalidOperationException("Not open.");

    protected Accounts.AccountsClient Accounts => _accounts ?? throw new InvalidOperationException("Not open.");

    public override async Task<bool> PutAsync(int worker, WorkEntry entry)
    {
        var accountId = OurEntries.AccountId(entry.Account);
        try
        {
            if (entry.IsCredit)
                return IsNew((await Accounts.AddCreditAsync(new AddCreditRequest { AccountId = accountId, Credit = CreditOf(entry) })).Status);
            return IsNew((await Accounts.UseCreditAsync(new UseCreditRequest { AccountId = accountId, Usage = UsageOf(entry) })).Status);
        }
        catch (RpcException conflict) when (conflict.StatusCode == StatusCode.AlreadyExists)
        {
            return false;
        }
    }

    public override async Task PutBatchAsync(int worker, WorkEntry[] entries)
    {
        var request = new RecordEntriesRequest();
        foreach (var entry in entries)
            request.Entries.Add(EntryOf(entry));
        var answer = await Entries.RecordEntriesAsync(request);
        foreach (var outcome in answer.Outcomes)
            IsNew(outcome.Status);
    }

    public override async Task<long> BalanceAsync(int worker, long account, long at) =>
        (await Accounts.GetBalanceAsync(new GetBalanceRequest { AccountId = OurEntries.AccountId(account), At = at })).Balance;

    protected override void Connect(HostUnderTest host)
    {
        _channel = GrpcChannel.ForAddress(host.GrpcUrl, new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true } });
        _accounts = new(_channel);
        _entries = new(_channel);
    }

    protected override async Task DisconnectAsync()
    {
        if (_channel is not { } channel)
            return;
        await channel.ShutdownAsync();
        channel.Dispose();
        _channel = null;
    }

    protected static Entry EntryOf(in WorkEntry entry) => entry.IsCredit
        ? new Entry { AccountId = OurEntries.AccountId(entry.Account), Credit = CreditOf(entry) }
        : new Entry { AccountId = OurEntries.AccountId(entry.Account), Usage = UsageOf(entry) };

    protected static bool IsNew(OutcomeStatus status) => status switch
    {
        OutcomeStatus.Recorded => true,
        OutcomeStatus.Duplicate or OutcomeStatus.Conflict => false,
        OutcomeStatus.Unavailable => throw new InvalidOperationException("An entry was unavailable."),
        _ => throw new UnreachableException($"{status}"),
    };

    private static Credit CreditOf(in WorkEntry entry) =>
        new() { CreditId = OurEntries.Id(entry), Amount = entry.Amount, Timestamp = entry.Timestamp, Expiration = entry.End - entry.Timestamp };

    private static Usage UsageOf(in WorkEntry entry) =>
        new() { UsageId = OurEntries.Id(entry), Amount = entry.Amount, Timestamp = entry.Timestamp };
}
