using Cluster.Tests.Driving;
using Cluster.Tests.Judging;
using Cluster.Tests.Nodes;
using EndToEnd.Tests.Law;
using Postgres;

namespace Cluster.Tests;

/// <summary>
/// Three nodes over one event store: one without a horizon, one with an hour, one with half an hour. Accounts move between them as nodes are
/// stopped, killed and started. Everything is minutes away from a horizon, so that it doesn't matter how long the test takes.
/// </summary>
public sealed class HorizonTests(Printer printer, ITestOutputHelper output) : IClassFixture<Printer>
{
    private const int Accounts = 24;
    private const long Minute = ClosingAccounts.Minute;
    private const long Hour = 60 * Minute;
    private const long HalfAnHour = 30 * Minute;

    private readonly long _start = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
    private int _round;

    [PostgresFact]
    public async Task Accounts_that_move_between_nodes_of_different_horizons_answer_by_the_law_from_the_greatest_on_and_stay_closed()
    {
        var cluster = new RunningCluster(printer, nodes: 1);
        var seed = Trial.ChooseSeed(output);
        using var accounts = new ClosingAccounts(() => cluster.Nodes, _start, HalfAnHour, new Random(seed));
        try
        {
            await cluster.InitializeAsync();
            var none = cluster.Nodes[0];
            for (var account = 0; account < Accounts; account++)
                await accounts.SendAsync(FirstEntries($"moving-{account}", new Random(seed + account)));
            await accounts.AskAsync();
            Assert.Empty(accounts.Closed);

            var hour = await cluster.AddAsync("--GpuCredit:Horizon", $"{Hour}");
            var half = await cluster.AddAsync("--GpuCredit:Horizon", $"{HalfAnHour}");
            await RoundAsync(accounts);
            await StopAsync(cluster, none);
            await RoundAsync(accounts);
            Assert.Equal(Accounts, accounts.Closed.Count);
            await StartAsync(cluster, none);
            await half.KillAsync();
            await RoundAsync(accounts);
            await StartAsync(cluster, half);
            await RoundAsync(accounts);

            // All of them where the horizon is the greatest, then where there is none, then where it is less.
            await StopAsync(cluster, none);
            await StopAsync(cluster, hour);
            await RoundAsync(accounts);
            var closed = new Dictionary<string, long>(accounts.Closed);
            Assert.All(closed.Values, horizon => Assert.InRange(horizon, _start - HalfAnHour, long.MaxValue));
            await MoveAsync(cluster, from: half, to: none);
            await EverythingStaysClosedAsync(accounts, closed);
            await MoveAsync(cluster, from: none, to: hour);
            await EverythingStaysClosedAsync(accounts, closed);
            await MoveAsync(cluster, from: hour, to: half);
            await RoundAsync(accounts);
            printer.Say($"horizons: {accounts.Recorded.Values.Sum(recorded => recorded.Count):N0} entries of {Accounts} accounts in {_round} rounds");
        }
        catch
        {
            foreach (var node in cluster.Nodes) output.WriteLine($"==== {node.Name} at {node.Address} ====\n{node.Log}");
            throw;
        }
        finally
        {
            await cluster.DisposeAsync();
        }
    }

    /// <summary>Two hours: credits that run on, of two priorities, one that ended long ago, one that ended lately, and a usage every two minutes.</summary>
    private Edition[] FirstEntries(string account, Random chance) =>
    [
        Edition.Credit(account, "runs", 900, _start - (2 * Hour), 40 * Hour),
        Edition.Credit(account, "first", 60, _start - (110 * Minute), 40 * Hour, priority: 10),
        Edition.Credit(account, "ended", 40, _start - (100 * Minute), 35 * Minute),
        Edition.Credit(account, "recent", 70, _start - (12 * Minute), 8 * Minute),
        .. Enumerable.Range(0, 60).Select(i => Edition.Usage(account, $"u{i}", 1 + chance.Next(9), _start - (2 * Hour) + (2 * i * Minute))),
    ];

    /// <summary>To every account: what is open everywhere, what is late at some nodes, an amendment of what runs, and a repeat of what may be folded.</summary>
    private async Task RoundAsync(ClosingAccounts accounts)
    {
        _round++;
        foreach (var account in accounts.Recorded.Keys)
        {
            await accounts.SendAsync(
            [
                Edition.Usage(account, $"now-{_round}", 2, _start),
                Edition.Usage(account, $"open-{_round}", 3, _start - (20 * Minute)),
                Edition.Usage(account, $"late-at-half-an-hour-{_round}", 5, _start - (45 * Minute)),
                Edition.Usage(account, $"late-at-an-hour-{_round}", 7, _start - (75 * Minute)),
                Edition.Credit(account, "first", 60 + (_round % 2 * 90), _start - (110 * Minute), 40 * Hour, priority: 10, revision: _round),
            ]);
            // Known for twice the shortest horizon, whoever has folded it.
            Assert.Equal("duplicate", await accounts.RepeatAsync(accounts.Recorded[account].First(edition => edition.Id == "u38")));
        }

        await accounts.AskAsync();
    }

    /// <summary>No horizon of the node where the accounts are now opens or closes anything: the last open tick is as it was.</summary>
    private async Task EverythingStaysClosedAsync(ClosingAccounts accounts, IReadOnlyDictionary<string, long> closed)
    {
        await accounts.AskAsync();
        foreach (var (account, horizon) in closed)
        {
            await accounts.AskAsync(account, horizon - 1);
            await accounts.AskAsync(account, horizon);
            Assert.Equal(
                ["late", "recorded"],
                await accounts.SendAsync([Edition.Usage(account, $"before-{_round}", 1, horizon - 1), Edition.Usage(account, $"on-{_round}", 1, horizon)]));
        }

        await RoundAsync(accounts);
        Assert.Equal(closed, accounts.Closed);
    }

    private static async Task MoveAsync(RunningCluster cluster, ClusterNode from, ClusterNode to)
    {
        await StartAsync(cluster, to);
        await StopAsync(cluster, from);
    }

    private static async Task StartAsync(RunningCluster cluster, ClusterNode node)
    {
        node.Start();
        await cluster.ReadyAsync();
    }

    private static async Task StopAsync(RunningCluster cluster, ClusterNode node)
    {
        node.LeaveService();
        Assert.Equal(0, await node.StopAsync());
        await cluster.ReadyAsync();
    }
}
