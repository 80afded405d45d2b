using System.Collections.Concurrent;
using System.Diagnostics;
using Cluster.Tests.Driving;
using Cluster.Tests.Judging;
using Cluster.Tests.Nodes;
using EndToEnd.Tests.Crash;
using EndToEnd.Tests.Hosting;
using EndToEnd.Tests.Law;
using Npgsql;
using Postgres;

namespace Cluster.Tests;

/// <summary>
/// What must never be: two nodes, each a cluster of its own, over one event store, so that every account lives twice. The
/// store's unique key is the last guard: one of two writes of the same version is refused, and its writer reads again.
/// </summary>
[Collection(RunningCluster.Collection)]
public sealed class TwoWritersTests(RunningCluster cluster, ITestOutputHelper output)
{
    private const int EditionsCount = 100;
    private const int SendersPerNode = 1;
    private const int InstantsPerAccount = 10;
    private const string DatabaseName = "two_writers";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _sentWithin = TimeSpan.FromSeconds(60);

    private readonly ConcurrentBag<(string Node, Edition Edition, Answer Answer)> _acknowledged = [];
    private int _unavailable;

    [PostgresFact]
    public async Task Two_writers_of_one_account_cannot_fork_its_history()
    {
        var seed = Trial.ChooseSeed(output);
        var workload = new Workload(seed, EditionsCount, "twice");
        var store = await cluster.Postgres.CreateDatabaseAsync(DatabaseName);
        await using var one = Alone("one", store);
        one.Start();
        await one.ReadyAsync();
        // They share everything but the roll of members, on which they would find one another.
        await using var other = Alone("other", await cluster.Postgres.WithOwnTableAsync(DatabaseName, "gpucredit_member"));
        try
        {
            other.Start();
            await other.ReadyAsync();

            var chunks = new ConcurrentQueue<IReadOnlyList<Edition>>(workload.Chunks);
            var random = new Random(seed);
            await Task.WhenAll(Enumerable.Range(0, 2 * SendersPerNode).Select(number =>
                Task.Run(() => SendAsync(number % 2 == 0 ? one : other, chunks))));
            AssertOneHistory();

            // A refused incarnation has read what the other wrote: one more write to each account, and both know everything.
            var last = workload.Accounts.SelectMany(account => new[] { one, other }
                .Select(node => (node, Edition: Edition.Usage(account, $"last-{node.Name}", 1, random.Next(Workload.TicksMax))))).ToList();
            foreach (var (node, edition) in last) await SendAsync(node, new([[edition]]));
            // Of the last two writers of each account one came first.
            foreach (var (node, edition) in last) await SendAsync(node, new([[edition with { Amount = 2, Revision = 1 }]]));
            AssertOneHistory();
            var versions = await AssertLawAsync(other);
            await using var connection = new NpgsqlConnection(store);
            Assert.Empty(await EventRows.CheckAsync(connection, versions));

            cluster.Printer.Say($"two writers (seed {seed}): acknowledged {workload.Editions.Count}, lost 0, double 0, wrong 0; written by turns {Turns()} times, {_unavailable} answers \"unavailable\"");
            Assert.True(Turns() > workload.Accounts.Count, "the two hardly met");
            Assert.True(_unavailable > 0, "the store refused nobody");
        }
        catch
        {
            output.WriteLine($"==== one ====\n{one.Log}\n==== other ====\n{other.Log}");
            throw;
        }
    }

    private static ClusterNode Alone(string name, string store)
    {
        var ports = FreePorts.Take(1);
        var address = $"127.0.0.1:{ports[0]}";
        return new ClusterNode(new NodePlan(name, address, ports[0], address, ["--GpuCredit:Store", "postgres", "--GpuCredit:ConnectionString", store]));
    }

    private async Task SendAsync(ClusterNode node, ConcurrentQueue<IReadOnlyList<Edition>> chunks)
    {
        using var ledger = new LedgerApi(node.Url, _patience);
        var start = Stopwatch.GetTimestamp();
        while (chunks.TryDequeue(out var open))
        {
            while (open.Count > 0)
            {
                var answers = open.Count == 1 ? [await ledger.PostAsync(open[0])] : await ledger.PostAllAsync(open, asLines: false);
                foreach (var (edition, answer) in open.Zip(answers))
                {
                    if (answer.Status == Answer.Unavailable) Interlocked.Increment(ref _unavailable);
                    else _acknowledged.Add((node.Name, edition, answer));
                }

                open = [.. open.Zip(answers).Where(pair => pair.Second.Status == Answer.Unavailable).Select(pair => pair.First)];
                if (open.Count == 0) break;
                if (Stopwatch.GetElapsedTime(start) > _sentWithin)
                    throw new TimeoutException($"{node.Name} doesn't take {open[0]}; {_acknowledged.Count} acknowledged, {_unavailable} unavailable");
                await Task.Delay(_pause);
            }
        }
    }

    /// <summary>No edition was recorded twice, and no version was acknowledged by both.</summary>
    private void AssertOneHistory()
    {
        Assert.All(_acknowledged, item => Assert.Contains(item.Answer.Status, (string[])["recorded", "duplicate", "superseded"]));
        var recorded = _acknowledged.Where(item => item.Answer.Status == "recorded").ToList();
        Assert.All(recorded.GroupBy(item => item.Edition), edition => Assert.Single(edition));
        Assert.All(
            recorded.GroupBy(item => (item.Edition.AccountId, item.Answer.Version)),
            version => Assert.Single(version.Select(item => item.Node).Distinct()));
    }

    private async Task<Dictionary<string, long>> AssertLawAsync(ClusterNode node)
    {
        using var ledger = new LedgerApi(node.Url, _patience);
        var versions = new Dictionary<string, long>();
        foreach (var account in _acknowledged.Select(item => item.Edition).Distinct().GroupBy(edition => edition.AccountId))
        {
            var standing = Oracle.Standing(account).ToList();
            foreach (var at in account.Select(edition => edition.Timestamp).Distinct().Take(InstantsPerAccount))
            {
                var balance = await ledger.BalanceAsync(account.Key, at);
                Assert.Equal((account.Key, at, Oracle.ReplayStanding(standing, at)), (account.Key, at, balance.Amount));
                versions[account.Key] = balance.Version;
            }
        }

        return versions;
    }

    /// <summary>How often an account's next version was recorded by the other node: each time, that one had to read again first.</summary>
    private int Turns() => _acknowledged.Where(item => item.Answer.Status == "recorded").GroupBy(item => item.Edition.AccountId).Sum(account =>
    {
        var writers = account.OrderBy(item => item.Answer.Version).Select(item => item.Node).ToList();
        return writers.Zip(writers.Skip(1)).Count(pair => pair.First != pair.Second);
    });
}
