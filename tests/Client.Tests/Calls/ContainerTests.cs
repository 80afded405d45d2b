using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Client.Tests.Running;
using GpuCredit.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Client.Tests.Calls;

/// <summary>The client in a container, as applications have it.</summary>
[Collection(SharedHost.Name)]
public sealed class ContainerTests(HostFixture host)
{
    [Fact]
    public async Task The_client_is_one_for_all_and_its_requests_go_through_the_callers_handlers()
    {
        var services = new ServiceCollection();
        var seen = new ConcurrentQueue<string>();
        services.AddGpuCreditClient(options => options.Address = host.Url)
            .ConfigureHttpClient(http => http.DefaultRequestHeaders.Add("X-Caller", "test"))
            .AddHttpMessageHandler(() => new Watcher(seen));
        services.AddEntryBuffer();
        await using var container = services.BuildServiceProvider(validateScopes: true);
        var client = container.GetRequiredService<IGpuCreditClient>();
        Assert.Same(client, container.GetRequiredService<IEntrySender>());
        await client.GetBalanceAsync("container-2", 1);
        container.GetRequiredService<EntryBuffer>().AddUsage("container-2", 1, 1, "u");
        await container.GetRequiredService<EntryBuffer>().FlushAsync().WaitAsync(Until.Soon);
        Assert.Equal(["GET /v1/accounts/container-2/balance test", "POST /v1/entries test"], seen);
    }

    [Fact]
    public async Task Over_grpc_it_is_the_same_through_the_same_handlers()
    {
        var services = new ServiceCollection();
        var seen = new ConcurrentQueue<string>();
        services.AddGpuCreditClient(options => (options.Address, options.Transport) = (host.GrpcUrl, GpuCreditTransport.Grpc))
            .ConfigureHttpClient(http => http.DefaultRequestHeaders.Add("X-Caller", "not for handlers"))
            .AddHttpMessageHandler(() => new Watcher(seen));
        services.AddEntryBuffer();
        await using var container = services.BuildServiceProvider(validateScopes: true);
        Assert.Equal(0, (await container.GetRequiredService<IGpuCreditClient>().GetBalanceAsync("container-3", 1)).Version);
        container.GetRequiredService<EntryBuffer>().AddUsage("container-3", 1, 1, "u");
        await container.GetRequiredService<EntryBuffer>().FlushAsync().WaitAsync(Until.Soon);
        Assert.Equal(["POST /gpucredit.v1.Accounts/GetBalance ", "POST /gpucredit.v1.Entries/RecordEntries "], seen);
    }

    [Fact]
    public void A_wrong_option_stops_the_start_with_its_name_and_rule()
    {
        var services = new ServiceCollection();
        services.AddGpuCreditClient(options => options.Address = new Uri("here", UriKind.Relative));
        using var container = services.BuildServiceProvider();
        var wrong = Assert.Throws<ArgumentException>(container.GetRequiredService<IGpuCreditClient>);
        Assert.StartsWith("Address must be", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_metric_is_counted_without_a_word_about_accounts()
    {
        var counted = new ConcurrentDictionary<string, long>();
        var services = new ServiceCollection();
        services.AddGpuCreditClient(options => options.Address = host.Url);
        services.AddEntryBuffer(options =>
        {
            options.EntriesMax = 3;
            options.BatchEntriesMax = 10;
            options.BatchDelay = TimeSpan.FromHours(1);
            options.OnRefused = (_, _) => ValueTask.CompletedTask;
        });
        await using var container = services.BuildServiceProvider();
        var meters = container.GetRequiredService<IMeterFactory>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "GpuCredit.Client" && instrument.Meter.Scope == meters)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            counted.AddOrUpdate(instrument.Name + string.Concat(tags.ToArray().Select(tag => $" {tag.Key}={tag.Value}")), value, (_, sum) => sum + value));
        listener.Start();

        var buffer = container.GetRequiredService<EntryBuffer>();
        buffer.AddUsage("metrics", 1, 1, "u0");
        buffer.AddUsage("metrics", 1, 1, "u0");
        buffer.AddUsage("metrics", -1, 1, "u1");
        buffer.AddUsage("metrics", 1, 1, "u2");
        listener.RecordObservableInstruments();
        await buffer.FlushAsync().WaitAsync(Until.Soon);

        Assert.Equal(3, counted["gpucredit.client.buffer.entries"]);
        Assert.Equal(3, counted["gpucredit.client.buffer.added"]);
        Assert.Equal(1, counted["gpucredit.client.buffer.not_taken"]);
        Assert.Equal(1, counted["gpucredit.client.buffer.decided status=recorded"]);
        Assert.Equal(1, counted["gpucredit.client.buffer.decided status=duplicate"]);
        Assert.Equal(1, counted["gpucredit.client.buffer.decided status=rejected"]);
        Assert.Equal(1, counted["gpucredit.client.sends result=answered"]);
        Assert.True(counted["gpucredit.client.buffer.bytes"] > 0);
        Assert.DoesNotContain(counted.Keys, name => name.Contains("metrics", StringComparison.Ordinal));
    }

    private sealed class Watcher(ConcurrentQueue<string> seen) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            seen.Enqueue($"{request.Method} {request.RequestUri!.AbsolutePath} {(request.Headers.TryGetValues("X-Caller", out var caller) ? caller.Single() : "")}");
            return base.SendAsync(request, cancellationToken);
        }
    }
}
