using System.Globalization;
using DoorBench;
using PeerBench.Work;

namespace PeerBench.Peers.Ours;

/// <summary>A Host in a process of its own, reached by one of its doors as any caller does.</summary>
internal abstract class HostPeer(Site site, bool sqlite) : IPeer
{
    private const int PreloadAtOnce = 10_000;
    private const int AsksAtOnce = 100;

    private const string CompiledMethods = "dotnet_jit_compiled_methods_total";

    private readonly HttpClient _operators = new();
    private OurStore? _store;
    private HostUnderTest? _host;

    public bool KeepsOrderInBatch => true;

    private OurStore Store => _store ?? throw new InvalidOperationException("Not open.");

    public async Task OpenAsync()
    {
        _store = await OurStore.CreateAsync(site, sqlite);
        await StartAsync();
    }

    public abstract Task<bool> PutAsync(int worker, WorkEntry entry);

    public abstract Task PutBatchAsync(int worker, WorkEntry[] entries);

    public abstract Task<long> BalanceAsync(int worker, long account, long at);

    public async Task PreloadAsync(IReadOnlyList<WorkEntry> entries)
    {
        foreach (var some in entries.Chunk(PreloadAtOnce))
            await BringInAsync(some);
        foreach (var some in entries.Select(entry => entry.Account).Distinct().Chunk(AsksAtOnce))
            await Task.WhenAll(some.Select(account => BalanceAsync(0, account, Workload.Now)));
        await Store.SettleAsync();
    }

    public IEnumerable<int> ServerProcesses() => [_host!.ProcessId, .. Store.Processes];

    /// <summary>As the Host's own metrics say.</summary>
    public async Task<long> CompiledMethodsAsync()
    {
        var page = await _operators.GetStringAsync(new Uri(_host!.OpsUrl, "/metrics"));
        var line = page.Split('\n').First(line => line.StartsWith(CompiledMethods, StringComparison.Ordinal));
        return long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }

    public async Task ForgetAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public Task<long> BytesOnDiskAsync() => Store.BytesOnDiskAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _operators.Dispose();
        if (_store is { } store)
            await store.DisposeAsync();
    }

    /// <summary>Up to 10,000 entries, as many as the doors take at once.</summary>
    protected virtual Task BringInAsync(WorkEntry[] entries) => PutBatchAsync(0, entries);

    protected abstract void Connect(HostUnderTest host);

    protected abstract Task DisconnectAsync();

    private async Task StartAsync()
    {
        _host = await HostUnderTest.StartAsync(["--Logging:LogLevel:Default", "Error", .. Store.Settings]);
        Connect(_host);
        await BalanceAsync(0, 0, 0);
    }

    private async Task StopAsync()
    {
        if (_host is not { } host)
            return;
        await DisconnectAsync();
        // As a supervisor does: one that is killed stays a member of its cluster for a while.
        await host.StopAsync();
        await host.DisposeAsync();
        _host = null;
    }
}
