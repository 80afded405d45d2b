using System.Globalization;
using Cluster.Tests.Judging;
using Cluster.Tests.Nodes;

namespace Cluster.Tests.Driving;

/// <summary>One run: load, faults under it, load after them, and the judgement. It prints one line, and the seed with it.</summary>
internal sealed class Trial(Deployment deployment, ITestOutputHelper output)
{
    /// <summary>The seed, where it shall not be the clock's.</summary>
    public const string SeedVariable = "GPUCREDIT_FAULTS_SEED";

    private const int WarmUp = 400;
    private const int ViolationsShown = 20;

    private static readonly TimeSpan _goesOnWithin = TimeSpan.FromSeconds(60);

    /// <summary>The seed of a run, which is printed.</summary>
    public static int ChooseSeed(ITestOutputHelper output)
    {
        var seed = Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : Environment.TickCount & 0xFF_FFFF;
        output.WriteLine($"{SeedVariable}={seed}");
        return seed;
    }

    /// <summary>Runs the faults, and asserts what no fault may break.</summary>
    /// <param name="run">Its name in the report.</param>
    /// <param name="faultsAsync">What happens under load; answers a remark for the report.</param>
    public async Task<Verdict> RunAsync(string run, Func<Load, Random, Task<string>> faultsAsync)
    {
        try
        {
            var verdict = await MeasureAsync(run, faultsAsync);
            deployment.Say($"{verdict}");
            await TableOfRuns.AddAsync(verdict);
            Assert.True(verdict is { Lost: 0, Double: 0, Wrong.Count: 0 }, string.Join('\n', verdict.Wrong.Take(ViolationsShown)));
            return verdict;
        }
        catch
        {
            foreach (var node in deployment.Nodes()) output.WriteLine($"==== {node.Name} at {node.Address} ====\n{node.Log}");
            throw;
        }
    }

    /// <summary>The same without the assertion.</summary>
    public async Task<Verdict> MeasureAsync(string run, Func<Load, Random, Task<string>> faultsAsync)
    {
        var seed = ChooseSeed(output);
        await deployment.ReadyAsync();
        await using var load = new Load(deployment.Nodes, $"{run.Replace(' ', '-')}-{seed}", seed);
        await load.AcknowledgesMoreAsync(WarmUp, _goesOnWithin);
        string remark;
        try
        {
            remark = await faultsAsync(load, new Random(seed));
        }
        finally
        {
            foreach (var failure in load.Tally.Failures) output.WriteLine($"failed: {failure}");
        }

        await load.AcknowledgesMoreAsync(WarmUp, _goesOnWithin);
        await load.EndAsync(_goesOnWithin);
        await deployment.ReadyAsync();
        var verdict = await JudgeAsync(run, seed, load, remark);
        output.WriteLine($"{verdict}");
        return verdict;
    }

    private async Task<Verdict> JudgeAsync(string run, int seed, Load load, string remark)
    {
        var check = new FinalCheck(deployment, load, seed);
        await check.RunAsync();
        return new Verdict(
            run,
            seed,
            load.Books.Acknowledged,
            check.Lost,
            load.Books.RecordedTwice,
            [.. load.Books.Violations, .. check.Wrong, .. deployment.Nodes().SelectMany(node => node.TakeFaults())],
            load.Availability.Longest,
            load.Tally.Slowest,
            load.Tally.Requests,
            load.Tally.RetriedRequests,
            load.Tally.FailedRequests,
            remark);
    }
}
