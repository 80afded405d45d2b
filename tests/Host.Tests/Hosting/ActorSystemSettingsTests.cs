using Akka.Actor;
using Host.Tests.Running;
using Microsoft.Extensions.DependencyInjection;

namespace Host.Tests.Hosting;

public sealed class ActorSystemSettingsTests
{
    [Fact]
    public async Task The_files_of_hocon_go_before_the_librarys_defaults_and_the_operators_settings_before_all()
    {
        await using var host = await InProcessHost.StartAsync("--akka:log-dead-letters", "7", "--akka:cluster:sharding:handoff-timeout", "21s");
        var system = host.Services.GetRequiredService<ActorSystem>();
        var config = system.Settings.Config;
        Assert.Equal("gpucredit", system.Name);
        Assert.Equal("ddata", config.GetString("akka.cluster.sharding.state-store-mode"));
        Assert.Equal(20, config.GetInt("akka.cluster.sharding.least-shard-allocation-strategy.rebalance-absolute-limit"));
        Assert.Empty(config.GetStringList("akka.cluster.sharding.distributed-data.durable.keys"));
        Assert.False(config.GetBoolean("akka.actor.serialization-settings.allow-unregistered-types"));
        Assert.Equal("fail", config.GetString("akka.persistence.journal.sql.replay-filter.mode"));
        Assert.Equal(4096, config.GetInt("gpucredit.account.event-entries-max"));
        Assert.Equal(7, config.GetInt("akka.log-dead-letters"));
        Assert.Equal(TimeSpan.FromSeconds(21), config.GetTimeSpan("akka.cluster.sharding.handoff-timeout"));
    }

    [Fact]
    public async Task What_the_accounts_may_take_is_the_hosts_setting_where_there_is_one()
    {
        await using var set = await InProcessHost.StartAsync("--GpuCredit:ResidentBytes", "64MiB");
        Assert.Equal(64 << 20, set.Services.GetRequiredService<ActorSystem>().Settings.Config.GetLong("gpucredit.account.resident-bytes"));
        await using var unset = await InProcessHost.StartAsync();
        Assert.Equal("40%", unset.Services.GetRequiredService<ActorSystem>().Settings.Config.GetString("gpucredit.account.resident-bytes"));
    }

    [Fact]
    public async Task A_node_with_the_slow_profile_of_the_operators_page_starts_and_is_as_patient_as_it_says()
    {
        var settings = File.ReadLines(Path.Combine(Repository.Root, "docs", "operations.md")).Where(line => line.StartsWith("AKKA__", StringComparison.Ordinal)).Select(line => line.Split('=')).ToList();
        Assert.Equal(4, settings.Count);
        await using var host = await InProcessHost.StartAsync([.. settings.SelectMany(setting => (string[])[$"--{setting[0].Replace("__", ":", StringComparison.Ordinal).Replace('_', '-').ToLowerInvariant()}", setting[1]])]);
        var config = host.Services.GetRequiredService<ActorSystem>().Settings.Config.GetConfig("akka.cluster");
        Assert.Equal(TimeSpan.FromSeconds(1), config.GetTimeSpan("failure-detector.heartbeat-interval"));
        Assert.Equal(TimeSpan.FromSeconds(10), config.GetTimeSpan("failure-detector.acceptable-heartbeat-pause"));
        Assert.Equal(TimeSpan.FromSeconds(10), config.GetTimeSpan("split-brain-resolver.stable-after"));
        Assert.Equal(TimeSpan.FromSeconds(5), config.GetTimeSpan("down-removal-margin"));
    }
}
