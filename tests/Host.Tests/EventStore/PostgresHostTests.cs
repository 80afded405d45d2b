using System.Net;
using System.Text;
using Akka.Actor;
using Akka.Cluster;
using Akka.Remote;
using GpuCredit.Host.Hosting;
using Host.Tests.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Postgres;

namespace Host.Tests.EventStore;

/// <summary>The Host as its users start it, on PostgreSQL.</summary>
[Collection(SharedPostgres.Name)]
public sealed class PostgresHostTests(PostgresFixture postgres) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [PostgresFact]
    public async Task What_was_recorded_is_there_after_a_kill_and_no_line_shows_the_password()
    {
        const string Credit = """{"creditId":"c","amount":10,"timestamp":1,"expiration":30}""";
        var (name, connectionString) = await postgres.CreateDatabaseAsync();
        for (var run = 0; run < 2; run++)
        {
            await using var child = Start("--GpuCredit:ConnectionString", connectionString, "--Logging:LogLevel:Default", "Debug");
            await child.ListeningAsync();
            var listens = child.Output.Split('\n').Single(line => line.Contains("listens on", StringComparison.Ordinal));
            Assert.EndsWith($"event store: PostgreSQL {name} on 127.0.0.1:{postgres.Server.Port}", listens, StringComparison.Ordinal);
            using var client = new HttpClient { BaseAddress = new Uri(listens.Split("listens on ")[1].Split(' ')[0]) };
            await Eventually.TrueAsync(async () => (await client.GetAsync("/healthz/ready")).IsSuccessStatusCode, TimeSpan.FromSeconds(60), "ready");

            using var content = new StringContent(Credit, Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync("/v1/accounts/kept/credits", content);
            Assert.Equal(run == 0 ? HttpStatusCode.Created : HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(run == 0 ? """{"status":"recorded","version":1}""" : """{"status":"duplicate","version":1}""", await answer.Content.ReadAsStringAsync());
            child.Signal("KILL");
            await child.EndAsync();
            Assert.DoesNotContain(PostgresServer.Password, child.Output + child.Error, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(_folder["data"]));
    }

    /// <summary>As when somebody starts a second one on the same database and thinks no more of it.</summary>
    [PostgresFact]
    public async Task Two_that_know_of_one_another_only_by_their_database_are_one_cluster()
    {
        var (_, connectionString) = await postgres.CreateDatabaseAsync();
        string[] settings = ["--Logging:Console:LogLevel:Default", "None", "--GpuCredit:Store", "postgres", "--GpuCredit:ConnectionString", connectionString];
        var hosts = await Task.WhenAll(InProcessHost.StartAsync(settings), InProcessHost.StartAsync(settings));
        await using var one = hosts[0];
        await using var other = hosts[1];
        foreach (var host in hosts)
        {
            await Eventually.TrueAsync(
                async () => (await InProcessHost.JsonOf(await host.Ops.GetAsync("/ops/cluster")))["members"]!.AsArray().Count(member => (string?)member!["status"] == "up") == 2,
                TimeSpan.FromSeconds(60),
                "both are members");
        }

        foreach (var account in (string[])["a", "b", "c", "d"])
        {
            await Eventually.TrueAsync(
                async () => (await one.PostJsonAsync($"/v1/accounts/{account}/usages", """{"usageId":"u","amount":1,"timestamp":1}""")).Status is 200 or 201, TimeSpan.FromSeconds(60), "it is stored");
            Assert.Equal(1, (long)(await other.GetJsonAsync($"/v1/accounts/{account}/balance?at=5")).Body["version"]!);
        }
    }

    /// <summary>Its seed is nowhere, so it looks for a cluster, and hears that somebody talks to it no more.</summary>
    [PostgresFact]
    public async Task A_node_that_is_quarantined_before_it_is_a_member_ends_to_be_started_anew()
    {
        var (_, connectionString) = await postgres.CreateDatabaseAsync();
        await using var host = await GpuCredit.Host.Program.BuildAsync(
        [
            "--urls", "http://127.0.0.1:0", "--GpuCredit:GrpcUrl", "http://127.0.0.1:0", "--GpuCredit:OpsUrl", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "None",
            "--GpuCredit:Store", "postgres", "--GpuCredit:ConnectionString", connectionString, "--GpuCredit:Cluster:Seeds", "127.0.0.1:1",
        ]);
        await host.StartAsync();
        await TellAsync(host.Services.GetRequiredService<ActorSystem>());
        await Eventually.TrueAsync(() => Task.FromResult(host.Services.GetRequiredService<HostEnd>().Code == ExitCode.PutOut), TimeSpan.FromSeconds(10), "it ends");
        Assert.True(host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
        await host.StopAsync();
    }

    [PostgresFact]
    public async Task A_member_that_is_quarantined_by_somebody_stays()
    {
        var (_, connectionString) = await postgres.CreateDatabaseAsync();
        await using var host = await InProcessHost.StartAsync("--Logging:Console:LogLevel:Default", "None", "--GpuCredit:Store", "postgres", "--GpuCredit:ConnectionString", connectionString);
        await Eventually.TrueAsync(async () => (await host.Ops.GetAsync("/healthz/ready")).IsSuccessStatusCode, TimeSpan.FromSeconds(60), "ready");
        var system = host.Services.GetRequiredService<ActorSystem>();
        await TellAsync(system);
        Assert.Null(host.Services.GetRequiredService<HostEnd>().Code);
        Assert.True((await host.Ops.GetAsync("/healthz/ready")).IsSuccessStatusCode);
    }

    /// <summary>Returns when it has been heard.</summary>
    private static async Task TellAsync(ActorSystem system)
    {
        IActorRef? hears = null;
        await Eventually.TrueAsync(
            async () => (hears = (await system.ActorSelection("/user/quarantine-watch").Ask<ActorIdentity>(new Identify(null), TimeSpan.FromSeconds(10))).Subject) is not null,
            TimeSpan.FromSeconds(30),
            "the watch is there");
        var address = Cluster.Get(system).SelfAddress;
        system.EventStream.Publish(new ThisActorSystemQuarantinedEvent(address, address.WithPort(1)));
        await hears!.Ask<ActorIdentity>(new Identify(null), TimeSpan.FromSeconds(10));
    }

    [PostgresFact]
    public async Task A_server_that_refuses_is_one_sentence_on_stderr_and_exit_code_2()
    {
        var (_, connectionString) = await postgres.CreateDatabaseAsync();
        await using var child = Start("--GpuCredit:ConnectionString", $"{connectionString};Database=nowhere");

        Assert.Equal(ExitCode.StartRefused, await child.EndAsync());
        Assert.Contains($"PostgreSQL nowhere on 127.0.0.1:{postgres.Server.Port} has no such database: ", child.Error, StringComparison.Ordinal);
        Assert.Single(child.Error.TrimEnd('\n').Split('\n'));
        Assert.DoesNotContain(PostgresServer.Password, child.Output + child.Error, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task Another_number_of_shards_ends_with_exit_code_2()
    {
        var (_, connectionString) = await postgres.CreateDatabaseAsync();
        await (await GpuCredit.Host.EventStore.EventStoreTarget.From(StoreKind.Postgres, connectionString, "/", shards: 20).OpenAsync()).DisposeAsync();
        await using var child = Start("--GpuCredit:ConnectionString", connectionString);

        Assert.Equal(ExitCode.StartRefused, await child.EndAsync());
        Assert.Contains("GpuCredit:Cluster:Shards is 100, and the accounts in ", child.Error, StringComparison.Ordinal);
        Assert.Contains("set it to 20 at every node.", child.Error, StringComparison.Ordinal);
    }

    private ChildProcess Start(params string[] args) =>
        ChildProcess.Start(_folder.Path, ["--urls", "http://127.0.0.1:0", "--GpuCredit:GrpcUrl", "http://127.0.0.1:0", "--GpuCredit:OpsUrl", "http://127.0.0.1:0", "--GpuCredit:Store", "postgres", .. args]);
}
