using System.Collections.Concurrent;
using Cluster.Tests.Driving;
using Cluster.Tests.Nodes;
using EndToEnd.Tests.Law;

namespace Cluster.Tests.Judging;

/// <summary>
/// When all that was sent is acknowledged: every node gives every balance as the law has it, everything that is sent
/// again is known already, and the event store holds every version.
/// </summary>
internal sealed class FinalCheck(Deployment deployment, Load load, int seed)
{
    private const int Callers = 6;
    private const int ResendBatch = 200;
    private const int QuestionsMax = 12_000;
    private const int InstantsMax = 12;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<string> _wrong = [];
    private readonly ConcurrentDictionary<string, long> _versions = [];
    private readonly IReadOnlyDictionary<string, IReadOnlyList<Edition>> _accounts = load.Books.Sent;
    private readonly IReadOnlyList<ClusterNode> _nodes = deployment.Nodes();
    private int _lost;

    public int Lost => _lost;

    public IReadOnlyList<string> Wrong => [.. _wrong];

    public async Task RunAsync()
    {
        if (load.Books.Open > 0) _wrong.Enqueue($"{load.Books.Open} editions were never acknowledged");
        await AskEverythingAsync();
        await ResendEverythingAsync();
        await AskEverythingAsync();
        await using var store = deployment.ConnectToStore();
        foreach (var sentence in await EventRows.CheckAsync(store, new Dictionary<string, long>(_versions))) _wrong.Enqueue(sentence);
    }

    private async Task AskEverythingAsync()
    {
        var instants = Math.Clamp(QuestionsMax / Math.Max(1, _accounts.Count * _nodes.Count), 1, InstantsMax);
        await EachAsync(_accounts.Keys, async (account, api) =>
        {
            var standing = Oracle.Standing(_accounts[account]).ToList();
            foreach (var at in InstantsOf(account, instants))
            {
                var lawful = Oracle.ReplayStanding(standing, at);
                foreach (var node in _nodes)
                {
                    var balance = await api(node).BalanceAsync(account, at);
                    if (balance.Amount != lawful) _wrong.Enqueue($"at the end {node.Name} says balance({account}, {at}) = {balance.Amount}; the law says {lawful}");
                    var version = _versions.GetOrAdd(account, balance.Version);
                    if (balance.Version != version) _wrong.Enqueue($"at the end {node.Name} says {account} is at version {balance.Version}; it was {version}");
                }
            }
        });
    }

    /// <summary>It was all acknowledged: what is recorded now had been lost.</summary>
    private async Task ResendEverythingAsync()
    {
        var standing = _accounts.Values.SelectMany(Oracle.Standing).ToHashSet();
        var batches = _accounts.Values.SelectMany(editions => editions).Chunk(ResendBatch).Select((batch, number) => (batch, _nodes[number % _nodes.Count]));
        await EachAsync(batches, async (item, api) =>
        {
            var (batch, node) = item;
            var answers = await api(node).PostAllAsync(batch, asLines: false);
            foreach (var (edition, answer) in batch.Zip(answers))
            {
                var expected = new Answer(standing.Contains(edition) ? "duplicate" : "superseded", _versions[edition.AccountId]);
                if (answer == expected) continue;
                if (answer.Status == "recorded") Interlocked.Increment(ref _lost);
                _wrong.Enqueue($"sent again at the end, {edition} was answered {answer}, not {expected}");
            }
        });
    }

    private long[] InstantsOf(string account, int count)
    {
        var candidates = _accounts[account]
            .SelectMany(edition => new[] { edition.Timestamp - 1, edition.Timestamp, edition.End, edition.End + 1 })
            .Distinct().Order().ToArray();
        new Random(seed).Shuffle(candidates);
        return candidates[..Math.Min(count, candidates.Length)];
    }

    /// <summary>Several at a time, each caller with connections of its own.</summary>
    private static async Task EachAsync<T>(IEnumerable<T> items, Func<T, Func<ClusterNode, LedgerApi>, Task> act)
    {
        var queue = new ConcurrentQueue<T>(items);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            var connections = new Dictionary<ClusterNode, LedgerApi>();
            while (queue.TryDequeue(out var item))
                await act(item, node => connections.TryGetValue(node, out var api) ? api : connections[node] = new LedgerApi(node.Url, _patience));
            foreach (var connection in connections.Values) connection.Dispose();
        })));
    }
}
