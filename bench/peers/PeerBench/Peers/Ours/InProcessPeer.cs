using System.Collections.Immutable;
using System.Diagnostics;
using CreditActors.Ledger;
using CreditActors.Protocol;
using CreditActors.Sharding;
using GpuCredit.Host.Hosting;
using Microsoft.Extensions.DependencyInjection;
using PeerBench.Work;

namespace PeerBench.Peers.Ours;

/// <summary>gpucredit: the whole Host but its doors, in the caller's process as the Orleans peers are, through <see cref="AccountClient"/>.</summary>
internal sealed class InProcessPeer(Site site, bool sqlite) : IPeer
{
    private const int PreloadAtOnce = 10_000;
    private const int AsksAtOnce = 500;
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private OurStore? _store;
    private GpuCreditHost? _host;
    private AccountClient? _accounts;

    public bool KeepsOrderInBatch => true;

    private OurStore Store => _store ?? throw new InvalidOperationException("Not open.");

    private AccountClient Accounts => _accounts ?? throw new InvalidOperationException("Not open.");

    public async Task OpenAsync()
    {
        _store = await OurStore.CreateAsync(site, sqlite);
        await StartAsync();
    }

    public async Task<bool> PutAsync(int worker, WorkEntry entry) =>
        IsNew(await Accounts.RecordAsync(OurEntries.AccountId(entry.Account), OurEntries.Entry(entry)));

    public async Task PutBatchAsync(int worker, WorkEntry[] entries)
    {
        var batch = new AccountEntry[entries.Length];
        for (var i = 0; i < entries.Length; i++)
            batch[i] = new(OurEntries.AccountId(entries[i].Account), OurEntries.Entry(entries[i]));
        Check(await Accounts.RecordAsync(batch));
    }

    public async Task<long> BalanceAsync(int worker, long account, long at)
    {
        var ask = await Accounts.GetBalanceAsync(OurEntries.AccountId(account), at);
        return ask.IsAvailable ? ask.Answer.Balance : throw new InvalidOperationException("No answer within the deadline.");
    }

    public async Task PreloadAsync(IReadOnlyList<WorkEntry> entries)
    {
        foreach (var some in entries.Chunk(PreloadAtOnce))
            await PutBatchAsync(0, some);
        foreach (var some in entries.Select(entry => entry.Account).Distinct().Chunk(AsksAtOnce))
            await Task.WhenAll(some.Select(account => BalanceAsync(0, account, Workload.Now)));
        await Store.SettleAsync();
    }

    public IEnumerable<int> ServerProcesses() => Store.Processes;

    public async Task ForgetAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public Task<long> BytesOnDiskAsync() => Store.BytesOnDiskAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_store is { } store)
            await store.DisposeAsync();
    }

    private async Task StartAsync()
    {
        _host = await GpuCredit.Host.Program.BuildAsync(
        [
            "--urls", "http://127.0.0.1:0", "--GpuCredit:OpsUrl", "http://127.0.0.1:0", "--GpuCredit:GrpcUrl", "http://127.0.0.1:0",
            "--Logging:LogLevel:Default", "Error", .. Store.Settings,
        ]);
        await _host.StartAsync();
        _accounts = _host.Services.GetRequiredService<AccountClient>();
        // The node has joined and has its shards when a first account answers, and until then it is told at once that none does. The
        // start isn't measured here.
        using var within = new CancellationTokenSource(ReadyWithin);
        while (!(await _accounts.GetBalanceAsync(OurEntries.AccountId(0), 0, within.Token)).IsAvailable)
            await Task.Delay(Pause, within.Token);
    }

    private async Task StopAsync()
    {
        if (_host is not { } host)
            return;
        await host.StopAsync();
        await host.DisposeAsync();
        _host = null;
    }

    private static void Check(ImmutableArray<EntryOutcome> outcomes)
    {
        foreach (var outcome in outcomes)
            IsNew(outcome);
    }

    private static bool IsNew(EntryOutcome outcome) => outcome.Status switch
    {
        OutcomeStatus.Recorded => true,
        // With other content it is a conflict: the first that was stored stands, as with the peers.
        OutcomeStatus.Duplicate or OutcomeStatus.Conflict => false,
        OutcomeStatus.Unavailable => throw new InvalidOperationException("An entry was unavailable."),
        _ => throw new UnreachableException($"{outcome}"),
    };
}
