using Akka.Actor;
using Akka.Cluster;
using Akka.Remote;
using GpuCredit.Host.Hosting;
using Host.Tests.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Postgres;

namespace Host.Tests.Hosting;

/// <summary>A node that has had its welcome, from a member that never comes to let it in: as if that had died the moment after.</summary>
public sealed class JoiningTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();

    [PostgresFact]
    public async Task A_node_that_stays_joining_ends_to_be_started_anew()
    {
        var (_, connectionString) = await postgres.CreateDatabaseAsync();
        await using var member = await MemberAsync(connectionString);
        await using var host = await JoiningAsync(connectionString);
        var end = host.Services.GetRequiredService<HostEnd>();
        var waited = TimeSpan.Zero;
        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(Second);
                waited += Second;
                return Task.FromResult(end.Code is not null);
            },
            Within,
            "it ends");
        Assert.Equal(ExitCode.PutOut, end.Code);
        // Steps of a second, and none in a second that came before the last was done.
        Assert.True(waited >= TimeSpan.FromSeconds(59), $"it ended after {waited}");
        await host.StopAsync();
    }

    [PostgresFact]
    public async Task A_node_that_is_quarantined_while_it_joins_ends_to_be_started_anew()
    {
        var (_, connectionString) = await postgres.CreateDatabaseAsync();
        await using var member = await MemberAsync(connectionString);
        await using var host = await JoiningAsync(connectionString);
        var system = host.Services.GetRequiredService<ActorSystem>();
        var address = Cluster.Get(system).SelfAddress;
        system.EventStream.Publish(new ThisActorSystemQuarantinedEvent(address, address.WithPort(1)));
        await Eventually.TrueAsync(() => Task.FromResult(host.Services.GetRequiredService<HostEnd>().Code == ExitCode.PutOut), Within, "it ends");
        await host.StopAsync();
    }

    /// <summary>A cluster of one: it is up as soon as it has founded it, and lets nobody in for an hour.</summary>
    private static Task<InProcessHost> MemberAsync(string connectionString) => InProcessHost.StartAsync(
        "--Logging:Console:LogLevel:Default", "None", "--GpuCredit:Store", "postgres", "--GpuCredit:ConnectionString", connectionString, "--akka:cluster:leader-actions-interval", "1h");

    private async Task<GpuCreditHost> JoiningAsync(string connectionString)
    {
        var host = await GpuCredit.Host.Program.BuildAsync(
            [
                "--urls", "http://127.0.0.1:0", "--GpuCredit:GrpcUrl", "http://127.0.0.1:0", "--GpuCredit:OpsUrl", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "None",
                "--GpuCredit:Store", "postgres", "--GpuCredit:ConnectionString", connectionString,
            ],
            builder => builder.Services.AddSingleton<TimeProvider>(_time));
        await host.StartAsync();
        var cluster = Cluster.Get(host.Services.GetRequiredService<ActorSystem>());
        // Its clock goes with the wall's until then: the other has to sign under its eyes.
        await Eventually.TrueAsync(
            async () =>
            {
                await Task.Delay(Second);
                _time.Advance(Second);
                return cluster.SelfMember.Status == MemberStatus.Joining;
            },
            Within,
            "it has its welcome");
        Assert.Null(host.Services.GetRequiredService<HostEnd>().Code);
        return host;
    }
}
