using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Storage;
using PeerBench.Peers.Postgres;
using PeerBench.Work;

namespace PeerBench.Peers.Orleans;

/// <summary>Grains in a silo of this process, which their caller shares: no network between them.</summary>
internal sealed class OrleansPeer(PeerDatabase database, OrleansDesign design, int writers, int pool) : IPeer
{
    public const string StorageName = "pg";
    public const string LogName = "custom";
    private const int ActivationsAtOnce = 64;

    private IHost? _host;
    private IGrainFactory? _grains;
    private EventTable? _table;

    public async Task OpenAsync()
    {
        await database.RunScriptAsync("orleans");
        await StartAsync();
    }

    public Task<bool> PutAsync(int worker, WorkEntry entry) =>
        Account(entry.Account).Put(entry.Id, entry.Kind, entry.Timestamp, entry.Amount, entry.End);

    public Task PutBatchAsync(int worker, WorkEntry[] entries) => Task.WhenAll(entries.Select(entry => PutAsync(worker, entry)));

    public Task<long> BalanceAsync(int worker, long account, long at) => Account(account).Balance(at);

    public async Task PreloadAsync(IReadOnlyList<WorkEntry> entries)
    {
        if (design == OrleansDesign.State)
            throw new NotSupportedException();
        await StopAsync();
        await database.CopyAsync("ol.event", entries);
        await database.AskAsync("vacuum analyze ol.event");
        await database.AskAsync("checkpoint");
        await StartAsync();
        foreach (var some in entries.Select(entry => entry.Account).Distinct().Chunk(ActivationsAtOnce))
            await Task.WhenAll(some.Select(account => BalanceAsync(0, account, Workload.Now)));
    }

    public IEnumerable<int> ServerProcesses() => database.Processes;

    public async Task ForgetAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public Task<long> BytesOnDiskAsync() => database.NumberAsync("select pg_total_relation_size('ol.event')+pg_total_relation_size('ol.storage')");

    public async ValueTask DisposeAsync() => await StopAsync();

    private IAccountGrain Account(long account) => design switch
    {
        OrleansDesign.State => _grains!.GetGrain<IStateAccountGrain>(account),
        OrleansDesign.Journal => _grains!.GetGrain<IJournalAccountGrain>(account),
        OrleansDesign.Batch => _grains!.GetGrain<IBatchAccountGrain>(account),
        _ => throw new UnreachableException(),
    };

    private async Task StartAsync()
    {
        _table = await EventTable.OpenAsync(database, design == OrleansDesign.Batch ? writers : 0, design == OrleansDesign.Journal ? pool : 0);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders().AddConsole().SetMinimumLevel(LogLevel.Error);
        builder.Services.AddSingleton(_table);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(serviceId: "peers", clusterId: "peers");
            silo.Configure<GrainCollectionOptions>(options => options.CollectionAge = TimeSpan.FromHours(2));
            silo.AddAdoNetGrainStorage(StorageName, options =>
            {
                options.Invariant = "Npgsql";
                options.ConnectionString = database.ConnectionString("Maximum Pool Size=48;Search Path=ol");
            });
            // Orleans' own binary format, and not JSON.
            silo.Services.AddKeyedSingleton<IGrainStorageSerializer>(StorageName, (services, _) => Binary(services));
            silo.Services.AddOptions<AdoNetGrainStorageOptions>(StorageName).Configure<IServiceProvider>((options, services) => options.GrainStorageSerializer = Binary(services));
            silo.AddCustomStorageBasedLogConsistencyProvider(LogName);
        });
        _host = builder.Build();
        await _host.StartAsync();
        _grains = _host.Services.GetRequiredService<IGrainFactory>();
    }

    private static OrleansGrainStorageSerializer Binary(IServiceProvider services) => ActivatorUtilities.CreateInstance<OrleansGrainStorageSerializer>(services);

    private async Task StopAsync()
    {
        if (_host is { } host)
        {
            await host.StopAsync();
            host.Dispose();
            _host = null;
        }

        if (_table is { } table)
        {
            await table.DisposeAsync();
            _table = null;
        }
    }
}
