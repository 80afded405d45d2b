using Cluster.Tests.Driving;
using EndToEnd.Tests.Hosting;
using Npgsql;
using Postgres;

namespace Cluster.Tests.Nodes;

/// <summary>Three nodes over one PostgreSQL, for all tests of the collection. A test leaves them as it found them.</summary>
public sealed class RunningCluster(IMessageSink sink) : IAsyncLifetime
{
    /// <summary>The name of the collection.</summary>
    public const string Collection = "one cluster";

    private const int NodesCount = 3;

    /// <summary>Addresses that nodes may have; what is beyond the first three are for those that join later.</summary>
    private const int AddressesCount = 6;

    private const string DatabaseName = "faults";

    private readonly List<ClusterNode> _nodes = [];
    private readonly string[] _addresses = new string[AddressesCount];
    private readonly int[] _bindPorts = new int[AddressesCount];
    private PostgresServer? _postgres;
    private readonly SortedSet<int> _freeNumbers = [.. Enumerable.Range(0, AddressesCount)];

    internal PostgresServer Postgres => _postgres ?? throw new InvalidOperationException("PostgreSQL isn't installed.");

    /// <summary>The network between the nodes.</summary>
    internal RemotingLinks Links { get; } = new();

    /// <summary>The connection string of the event store.</summary>
    internal string Database { get; private set; } = "";

    /// <summary>Those that requests are sent to, dead or alive.</summary>
    internal IReadOnlyList<ClusterNode> Nodes
    {
        get { lock (_nodes) return [.. _nodes.Where(node => node.InService)]; }
    }

    /// <summary>The oldest member: it hosts the shard coordinator.</summary>
    internal ClusterNode Oldest => Nodes.MinBy(node => node.StartedAt)!;

    public async Task InitializeAsync()
    {
        if (PostgresFactAttribute.WhySkipped is not null) return;
        _postgres = await PostgresServer.StartAsync();
        Database = await Postgres.CreateDatabaseAsync(DatabaseName);
        var ports = FreePorts.Take(2 * AddressesCount);
        for (var i = 0; i < AddressesCount; i++)
        {
            _bindPorts[i] = ports[i];
            _addresses[i] = Links.Open(i + 1, ports[AddressesCount + i], _bindPorts[i]);
        }

        // One after the other, so that it is known who is the oldest.
        for (var i = 0; i < NodesCount; i++) await AddAsync();
    }

    /// <summary>A node more; answers when it serves.</summary>
    /// <param name="settings">Beyond what all have.</param>
    internal async Task<ClusterNode> AddAsync(params string[] settings)
    {
        var number = _freeNumbers.Min;
        _freeNumbers.Remove(number);
        var node = new ClusterNode(new NodePlan(
            $"node-{number + 1}",
            _addresses[number],
            _bindPorts[number],
            string.Join(',', _addresses[..NodesCount]),
            ["--GpuCredit:Store", "postgres", "--GpuCredit:ConnectionString", Database, .. settings]));
        node.Start();
        lock (_nodes) _nodes.Add(node);
        await node.ReadyAsync();
        return node;
    }

    /// <summary>A node that has ended, and won't come back.</summary>
    internal async Task RemoveAsync(ClusterNode node)
    {
        lock (_nodes) _nodes.Remove(node);
        _freeNumbers.Add(Array.IndexOf(_addresses, node.Address));
        await node.DisposeAsync();
    }

    /// <summary>For a trial on all of it.</summary>
    internal Deployment Deployment => new(() => Nodes, () => new NpgsqlConnection(Database), new Printer(sink).Say);

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        await Links.DisposeAsync();
        if (_postgres is not null) await _postgres.DisposeAsync();
    }
}
