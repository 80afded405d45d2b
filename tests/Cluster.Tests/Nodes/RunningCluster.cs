using Cluster.Tests.Driving;
using EndToEnd.Tests.Hosting;
using Npgsql;
using Postgres;

namespace Cluster.Tests.Nodes;

/// <summary>
/// Some nodes over one PostgreSQL: three, for all tests of the collection, each of which leaves them as it found them; or as many
/// as a test wants for itself.
/// </summary>
public sealed class RunningCluster : IAsyncLifetime
{
    /// <summary>The name of the collection.</summary>
    public const string Collection = "one cluster";

    private const int NodesUsually = 3;

    /// <summary>Addresses that nodes may have, beyond those of the first: for those that join later.</summary>
    private const int AddressesMore = 3;

    /// <summary>The name of its database.</summary>
    internal const string DatabaseName = "faults";

    private static readonly TimeSpan _wholeWithin = TimeSpan.FromSeconds(60);

    private readonly int _nodesCount;
    private readonly List<ClusterNode> _nodes = [];
    private readonly string[] _addresses;
    private readonly int[] _bindPorts;
    private readonly SortedSet<int> _freeNumbers;
    private PostgresServer? _postgres;

    public RunningCluster(IMessageSink sink)
        : this(new Printer(sink), NodesUsually)
    {
    }

    internal RunningCluster(Printer printer, int nodes)
    {
        Printer = printer;
        _nodesCount = nodes;
        _addresses = new string[nodes + AddressesMore];
        _bindPorts = new int[_addresses.Length];
        _freeNumbers = [.. Enumerable.Range(0, _addresses.Length)];
    }

    /// <summary>For lines that are shown also when a test passes.</summary>
    internal Printer Printer { get; }

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

    public async Task InitializeAsync()
    {
        if (PostgresFactAttribute.WhySkipped is not null) return;
        // As a server comes: four nodes have to fit in, and the judge.
        _postgres = await PostgresServer.StartAsync("max_connections=100");
        Database = await Postgres.CreateDatabaseAsync(DatabaseName);
        var ports = FreePorts.Take(2 * _addresses.Length);
        for (var i = 0; i < _addresses.Length; i++)
        {
            _bindPorts[i] = ports[i];
            _addresses[i] = Links.Open(i + 1, ports[_addresses.Length + i], _bindPorts[i]);
        }

        for (var i = 0; i < _nodesCount; i++) Start();
        await ReadyAsync();
    }

    /// <summary>A node more; answers when it serves.</summary>
    /// <param name="settings">Beyond what all have.</param>
    internal async Task<ClusterNode> AddAsync(params string[] settings)
    {
        var node = Start(settings);
        await ReadyAsync();
        return node;
    }

    private ClusterNode Start(params string[] settings)
    {
        var number = _freeNumbers.Min;
        _freeNumbers.Remove(number);
        var node = new ClusterNode(new NodePlan(
            $"node-{number + 1}",
            _addresses[number],
            _bindPorts[number],
            string.Join(',', _addresses[.._nodesCount]),
            ["--GpuCredit:Store", "postgres", "--GpuCredit:ConnectionString", Database, .. settings]));
        node.Start();
        lock (_nodes) _nodes.Add(node);
        return node;
    }

    /// <summary>A node that has ended, and won't come back.</summary>
    internal async Task RemoveAsync(ClusterNode node)
    {
        lock (_nodes) _nodes.Remove(node);
        _freeNumbers.Add(Array.IndexOf(_addresses, node.Address));
        await node.DisposeAsync();
    }

    /// <summary>Awaits that every node in service serves, and sees all the others and nobody else.</summary>
    internal async Task ReadyAsync()
    {
        var nodes = Nodes;
        foreach (var node in nodes)
        {
            await node.ReadyAsync();
            await Poll.UntilAsync($"{node.Name} sees the whole cluster", () => OperatorsApi.SeesAsync(node, nodes.Select(one => one.Address)), _wholeWithin);
        }
    }

    /// <summary>The oldest member, which hosts the shard coordinator.</summary>
    internal async Task<ClusterNode> OldestAsync()
    {
        var nodes = Nodes;
        var oldest = (await OperatorsApi.ClusterAsync(nodes[0]))!["oldest"]!.GetValue<string>();
        return nodes.Single(node => node.Address == oldest);
    }

    /// <summary>For a trial on all of it.</summary>
    internal Deployment Deployment => new(() => Nodes, () => new NpgsqlConnection(Postgres.SuperuserConnectionString(DatabaseName)), ReadyAsync, Printer.Say);

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        await Links.DisposeAsync();
        if (_postgres is not null) await _postgres.DisposeAsync();
    }
}
