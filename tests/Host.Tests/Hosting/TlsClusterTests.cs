using System.Net;
using System.Net.Sockets;
using Host.Tests.EventStore;
using Host.Tests.Running;
using Postgres;

namespace Host.Tests.Hosting;

/// <summary>Real Hosts whose messages to one another are protected by a certificate that the test has made.</summary>
[Collection(SharedPostgres.Name)]
public sealed class TlsClusterTests(PostgresFixture postgres) : IDisposable
{
    private static readonly TimeSpan Within = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [PostgresFact]
    public async Task Nodes_that_prove_themselves_form_a_cluster_and_one_that_cannot_does_not_join()
    {
        var (_, connectionString) = await postgres.CreateDatabaseAsync();
        SelfMadeCertificate.Write(_folder, "cluster");
        SelfMadeCertificate.Write(_folder, "stranger");
        var ports = FreePorts(9);
        await using var first = Start(0, "cluster");
        await using var second = Start(1, "cluster");
        await using var stranger = Start(2, "stranger");
        using var client = new HttpClient();
        await Eventually.TrueAsync(async () => await IsReadyAsync(0) && await IsReadyAsync(1), Within, "two nodes are up");

        // On a busy machine the first shards may take a while to find their homes.
        const string Credit = """{"creditId":"c","amount":5,"timestamp":0,"expiration":9}""";
        await Eventually.TrueAsync(
            async () => (await client.PostAsync(Url(0, 0, "/v1/accounts/a/credits"), new StringContent(Credit, null, "application/json"))).IsSuccessStatusCode,
            Within,
            "one node takes a credit");
        await Eventually.TrueAsync(
            async () => (long?)(await InProcessHost.JsonOf(await client.GetAsync(Url(1, 0, "/v1/accounts/a/balance?at=5"))))["balance"] == 5,
            Within,
            "the other answers its balance");

        await Eventually.TrueAsync(() => Task.FromResult(first.Output.Contains("it is no node of this cluster", StringComparison.Ordinal)), Within, "the stranger was refused");
        var cluster = await InProcessHost.JsonOf(await client.GetAsync(Url(0, 1, "/ops/cluster")));
        Assert.Equal(2, cluster["members"]!.AsArray().Count);
        Assert.False(await IsReadyAsync(2));

        async Task<bool> IsReadyAsync(int node)
        {
            try
            {
                return (await client.GetAsync(Url(node, 1, "/healthz/ready"))).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false; // not listening yet
            }
        }

        Uri Url(int node, int door, string path) => new($"http://127.0.0.1:{ports[(3 * node) + door]}{path}");

        ChildProcess Start(int node, string certificate) => ChildProcess.Start(
            _folder.Path,
            "--GpuCredit:Store", "postgres",
            "--GpuCredit:ConnectionString", connectionString,
            "--urls", Url(node, 0, "").ToString(),
            "--GpuCredit:GrpcUrl", "http://127.0.0.1:0",
            "--GpuCredit:OpsUrl", Url(node, 1, "").ToString(),
            "--GpuCredit:Cluster:Port", $"{ports[(3 * node) + 2]}",
            "--GpuCredit:Cluster:Seeds", $"127.0.0.1:{ports[2]},127.0.0.1:{ports[5]}",
            "--GpuCredit:Cluster:TlsCertificate", _folder[$"{certificate}.pem"],
            "--GpuCredit:Cluster:TlsKey", _folder[$"{certificate}.key"]);
    }

    private static List<int> FreePorts(int count)
    {
        // All held until all are chosen, so that no two are the same.
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.ConvertAll(listener => ((IPEndPoint)listener.LocalEndpoint).Port);
        listeners.ForEach(listener => listener.Stop());
        return ports;
    }
}
