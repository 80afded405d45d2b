using System.Globalization;
using Cluster.Tests.Driving;
using Cluster.Tests.Faults;
using Cluster.Tests.Judging;
using Cluster.Tests.Nodes;
using Postgres;

namespace Cluster.Tests;

/// <summary>
/// Three nodes and one PostgreSQL, under load, and every fault. What is asserted of all of them stands in <see cref="Trial"/>: nothing
/// acknowledged is lost, nothing counted twice, no answer wrong, also during the faults. Each has its turn in the mix; alone are only those
/// whose numbers are aims.
/// </summary>
[Collection(RunningCluster.Collection)]
public sealed class FaultTests(RunningCluster cluster, ITestOutputHelper output)
{
    /// <summary>For how long the mix goes on; without it, until every fault that has no test of its own has had its turn.</summary>
    private const string MinutesVariable = "GPUCREDIT_FAULTS_MINUTES";

    private static readonly TimeSpan _betweenFaultsMax = TimeSpan.FromSeconds(1);

    [PostgresFact]
    public Task A_killed_node_loses_nothing_and_its_accounts_answer_elsewhere() => RunAsync(Killing.Any);

    [PostgresFact]
    public Task A_rolling_restart_fails_no_request_of_a_client_that_retries_for_five_seconds() => RunAsync(Moving.Roll);

    [PostgresFact]
    public async Task All_faults_in_an_order_of_chance_some_at_once_break_nothing()
    {
        var length = Environment.GetEnvironmentVariable(MinutesVariable) is { Length: > 0 } minutes
            ? TimeSpan.FromMinutes(double.Parse(minutes, CultureInfo.InvariantCulture))
            : TimeSpan.Zero;
        await new Trial(cluster.Deployment, output).RunAsync("mix", async (load, random) =>
        {
            var counts = new SortedDictionary<string, int>();
            do
            {
                foreach (var fault in Mix.Turn(random, isShort: length == TimeSpan.Zero)) await StepAsync(fault);
            }
            while (load.Availability.Now < length);
            return string.Join(", ", counts.Select(count => $"{count.Key} × {count.Value}"));

            async Task StepAsync(Fault fault)
            {
                Say(fault.Name);
                foreach (var node in cluster.Nodes) node.Note(fault.Name);
                var (failed, retried) = (load.Tally.FailedRequests, load.Tally.RetriedRequests);
                load.Availability.TakeLongestLately();
                var remark = await fault.RunAsync(cluster, load, random);
                var longest = load.Availability.TakeLongestLately();
                Say($"{remark}; longest unavailable {Fault.Seconds(longest.Length)} ({longest}), requests failed {load.Tally.FailedRequests - failed}, retried {load.Tally.RetriedRequests - retried}");
                counts[fault.Name] = counts.GetValueOrDefault(fault.Name) + 1;
                await Task.Delay(random.NextDouble() * _betweenFaultsMax);
            }

            void Say(string what) => cluster.Printer.Say($"{Fault.Seconds(load.Availability.Now)}: {what}");
        });
    }

    private Task<Verdict> RunAsync(Fault fault) => new Trial(cluster.Deployment, output).RunAsync(fault.Name, (load, random) => fault.RunAsync(cluster, load, random));
}
