using GpuCredit.Host.Hosting;
using Microsoft.Extensions.Configuration;

namespace Host.Tests.Hosting;

public sealed class HostSettingsTests
{
    [Fact]
    public void Nothing_has_to_be_set()
    {
        var settings = Read();
        Assert.Equal(["http://127.0.0.1:8080"], settings.Urls.Select(url => url.Text));
        Assert.Equal("http://127.0.0.1:8081", settings.GrpcUrl.Text);
        Assert.Equal("http://127.0.0.1:8082", settings.OpsUrl.Text);
        Assert.Equal(StoreKind.Sqlite, settings.Store);
        Assert.Null(settings.ConnectionString);
        Assert.Null(settings.Horizon);
        Assert.Null(settings.Resident);
        Assert.Equal(new HostPort("127.0.0.1", 0), settings.Cluster.Address);
        Assert.Equal(settings.Cluster.Address, settings.Cluster.Bind);
        Assert.Empty(settings.Cluster.Seeds);
        Assert.Equal(["account", "gateway"], settings.Cluster.Roles.ToArray());
        Assert.Equal(100, settings.Cluster.Shards);
    }

    [Fact]
    public void Everything_can_be_set()
    {
        var settings = Read(
            "urls=http://0.0.0.0:80;http://[::1]:81", "gpucredit:opsurl=http://localhost:82", "GpuCredit:GrpcUrl=http://*:83",
            "GpuCredit:ConnectionString=Data Source=x.db", "GpuCredit:ResidentBytes=512MiB", "GpuCredit:Cluster:Host=node-1", "GpuCredit:Cluster:Port=4053",
            "GpuCredit:Cluster:BindHost=0.0.0.0", "GpuCredit:Cluster:BindPort=4054", "GpuCredit:Cluster:Seeds= node-1:4053 ", "GpuCredit:Cluster:Roles=account",
            "GpuCredit:Cluster:Shards=10000", "GpuCredit:Horizon=7776000000");
        Assert.Equal(7_776_000_000, settings.Horizon);
        Assert.Equal(["http://0.0.0.0:80", "http://[::1]:81"], settings.Urls.Select(url => url.Text));
        Assert.Equal("http://localhost:82", settings.OpsUrl.Text);
        Assert.Equal("Data Source=x.db", settings.ConnectionString);
        Assert.Equal(512 << 20, settings.Resident?.Bytes);
        Assert.Equal(new HostPort("node-1", 4053), settings.Cluster.Address);
        Assert.Equal(new HostPort("0.0.0.0", 4054), settings.Cluster.Bind);
        Assert.Equal([new HostPort("node-1", 4053)], settings.Cluster.Seeds.ToArray());
        Assert.Equal(["account"], settings.Cluster.Roles.ToArray());
        Assert.Equal(10_000, settings.Cluster.Shards);
    }

    [Fact]
    public void An_empty_value_is_as_if_it_were_not_set() =>
        Assert.Equal(StoreKind.Sqlite, Read("GpuCredit:Store=", "GpuCredit:Horizon=", "GpuCredit:Cluster:Seeds=").Store);

    [Fact]
    public void The_ports_that_a_container_image_sets_are_listened_on() =>
        Assert.Equal(["http://*:8080"], Read("http_ports=8080").Urls.Select(url => url.Text));

    [Theory]
    [InlineData("GpuCredit:Stroe=memory", "GpuCredit:Stroe")]
    [InlineData("GpuCredit:Cluster:Prot=1", "GpuCredit:Cluster:Prot")]
    [InlineData("GpuCredit:Store:Kind=memory", "GpuCredit:Store:Kind")]
    [InlineData("GpuCredit:Store=mysql", "GpuCredit:Store")]
    [InlineData("GpuCredit:Store=SQLite", "GpuCredit:Store")]
    [InlineData("GpuCredit:Store=postgres", "GpuCredit:ConnectionString")]
    [InlineData("GpuCredit:Horizon=0", "GpuCredit:Horizon")]
    [InlineData("GpuCredit:Horizon=-1", "GpuCredit:Horizon")]
    [InlineData("GpuCredit:Horizon=90d", "GpuCredit:Horizon")]
    [InlineData("GpuCredit:Horizon=1.5", "GpuCredit:Horizon")]
    [InlineData("GpuCredit:Horizon=none", "GpuCredit:Horizon")]
    [InlineData("GpuCredit:Horizon=9007199254740992", "GpuCredit:Horizon")]
    [InlineData("GpuCredit:ResidentBytes=1GB", "GpuCredit:ResidentBytes")]
    [InlineData("GpuCredit:ResidentBytes=95%", "GpuCredit:ResidentBytes")]
    [InlineData("GpuCredit:GrpcUrl=8081", "GpuCredit:GrpcUrl")]
    [InlineData("GpuCredit:OpsUrl=nonsense", "GpuCredit:OpsUrl")]
    [InlineData("GpuCredit:OpsUrl=http://example.com:82", "GpuCredit:OpsUrl")]
    [InlineData("GpuCredit:OpsUrl=http://127.0.0.1:65536", "GpuCredit:OpsUrl")]
    [InlineData("GpuCredit:OpsUrl=http://127.0.0.1:x", "GpuCredit:OpsUrl")]
    [InlineData("GpuCredit:OpsUrl=ftp://127.0.0.1:82", "GpuCredit:OpsUrl")]
    [InlineData("GpuCredit:OpsUrl=http://127.0.0.1:82/ops", "GpuCredit:OpsUrl")]
    [InlineData("GpuCredit:OpsUrl=http://localhost:0", "GpuCredit:OpsUrl")]
    [InlineData("GpuCredit:OpsUrl=http://127.0.0.1:8080", "GpuCredit:OpsUrl")]
    [InlineData("urls=http://127.0.0.1:8080;nonsense", "urls")]
    [InlineData("GpuCredit:Cluster:Host=not a host", "GpuCredit:Cluster:Host")]
    [InlineData("GpuCredit:Cluster:Port=-1", "GpuCredit:Cluster:Port")]
    [InlineData("GpuCredit:Cluster:Port=65536", "GpuCredit:Cluster:Port")]
    [InlineData("GpuCredit:Cluster:BindHost=a b", "GpuCredit:Cluster:BindHost")]
    [InlineData("GpuCredit:Cluster:BindPort=x", "GpuCredit:Cluster:BindPort")]
    [InlineData("GpuCredit:Cluster:Seeds=node-1", "GpuCredit:Cluster:Seeds")]
    [InlineData("GpuCredit:Cluster:Seeds=node-1:0", "GpuCredit:Cluster:Seeds")]
    [InlineData("GpuCredit:Cluster:Seeds=node-1:4053", "GpuCredit:Cluster:Seeds")]
    [InlineData("GpuCredit:Cluster:Seeds=127.0.0.1:4053,127.0.0.1:4054;GpuCredit:Cluster:Port=4053", "GpuCredit:Cluster:Seeds")]
    [InlineData("GpuCredit:Cluster:Roles=accounts", "GpuCredit:Cluster:Roles")]
    [InlineData("GpuCredit:Cluster:Roles=gateway", "GpuCredit:Cluster:Roles")]
    [InlineData("GpuCredit:Cluster:Shards=0", "GpuCredit:Cluster:Shards")]
    [InlineData("GpuCredit:Cluster:Shards=10001", "GpuCredit:Cluster:Shards")]
    [InlineData("GpuCredit:Cluster:Shards=1e2", "GpuCredit:Cluster:Shards")]
    [InlineData("GpuCredit:Store=memory;GpuCredit:ConnectionString=x", "GpuCredit:ConnectionString")]
    public void A_wrong_setting_stops_the_start_with_one_sentence_that_names_it(string settings, string key)
    {
        string[] pairs = settings.StartsWith("urls", StringComparison.Ordinal) ? [settings] : settings.Split(';');
        var refused = Assert.Throws<StartRefusedException>(() => Read(pairs));
        Assert.StartsWith(key + " ", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    private static HostSettings Read(params string[] pairs) => HostSettings.Read(new ConfigurationBuilder()
        .AddInMemoryCollection(pairs.Select(pair => pair.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])))
        .Build());
}
