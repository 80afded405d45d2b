using Client.Tests.Buffer;
using Client.Tests.Running;
using Client.Tests.Spool;
using GpuCredit.Client;
using Host.Tests.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Client.Tests.Calls;

/// <summary>The buffer in a generic host: it starts and ends with it, also when nobody ever asks for it.</summary>
[Collection(SharedHost.Name)]
public sealed class GenericHostTests(HostFixture host) : IDisposable
{
    private readonly SpoolFolder _folder = new();

    [Fact]
    public async Task What_an_earlier_run_left_in_the_spool_is_sent_when_the_host_starts_though_nobody_asks_for_the_buffer()
    {
        var first = Spooling(new ScriptedSender(_ => ScriptedSender.Away()));
        first.AddCredit("restarted", 10, expiration: 10, timestamp: 5, creditId: "c");
        first.AddUsage("restarted", 3, timestamp: 6, usageId: "u");
        Assert.Equal(new CloseReport(2, AreInSpool: true), await first.CloseAsync(TimeSpan.Zero).WaitAsync(Until.Soon));

        using var app = Build(services =>
        {
            services.AddGpuCreditClient(options => options.Address = host.Url);
            services.AddEntryBuffer(options => options.Spool = new() { Folder = _folder.Path });
        });
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = host.Url };
        var client = new HttpGpuCreditClient(http);
        await Eventually.TrueAsync(async () => (await client.GetBalanceAsync("restarted", 6)).Balance == 7, Until.Soon, "both entries to arrive");
        await app.StopAsync();
    }

    [Fact]
    public async Task A_host_that_stops_has_sent_what_its_services_added_until_their_end_before_it_is_disposed()
    {
        using var app = Build(services =>
        {
            services.AddHostedService<LastWord>(); // registered first, so that it stops last
            services.AddGpuCreditClient(options => options.Address = host.Url);
            services.AddEntryBuffer(options => options.BatchDelay = TimeSpan.FromHours(1));
        });
        await app.StartAsync();
        await app.StopAsync();
        using var http = new HttpClient { BaseAddress = host.Url };
        Assert.Equal(10, (await new HttpGpuCreditClient(http).GetBalanceAsync("stopped", 6)).Balance);
    }

    [Fact]
    public async Task Closing_takes_no_longer_than_the_hosts_shutdown_and_what_is_left_is_in_the_spool()
    {
        using (var app = Build(services =>
        {
            services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(200));
            services.AddSingleton<IEntrySender>(new ScriptedSender(_ => ScriptedSender.Away()));
            services.AddEntryBuffer(options => (options.CloseTimeout, options.Spool) = (TimeSpan.FromMinutes(1), new() { Folder = _folder.Path }));
        }))
        {
            await app.StartAsync();
            BatchTests.AddMany(app.Services.GetRequiredService<EntryBuffer>(), 5);
            await app.StopAsync().WaitAsync(Until.Soon);
        }

        var sender = new ScriptedSender();
        await using var next = Spooling(sender);
        await next.FlushAsync().WaitAsync(Until.Soon);
        Assert.Equal(["u0", "u1", "u2", "u3", "u4"], sender.Ids);
    }

    [Fact]
    public async Task A_spool_that_another_buffer_uses_stops_the_start()
    {
        await using var other = Spooling(new ScriptedSender());
        using var app = Build(services =>
        {
            services.AddSingleton<IEntrySender>(new ScriptedSender());
            services.AddEntryBuffer(options => options.Spool = new() { Folder = _folder.Path });
        });
        await Assert.ThrowsAnyAsync<IOException>(() => app.StartAsync());
    }

    public void Dispose() => _folder.Dispose();

    private static IHost Build(Action<IServiceCollection> add)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        add(builder.Services);
        return builder.Build();
    }

    private EntryBuffer Spooling(IEntrySender sender) => new(sender, new() { Spool = new() { Folder = _folder.Path } });

    private sealed class LastWord(IServiceProvider services) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            Assert.Equal(AddResult.Accepted, services.GetRequiredService<EntryBuffer>().AddCredit("stopped", 10, expiration: 10, timestamp: 5, creditId: "c"));
            return Task.CompletedTask;
        }
    }
}
