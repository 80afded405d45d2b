using DoorBench.Doors;
using Postgres;

namespace DoorBench.Outage;

/// <summary>
/// Full load at every door at once; PostgreSQL is stopped as in a crash, for a while, and started again. Watched all the time: what each
/// door brings to the disk and holds, and the Host's memory. At the end every balance is what it must be when nothing was lost
/// and nothing counted twice.
/// </summary>
internal sealed class OutageRun(HostUnderTest host, PostgresServer server, IReadOnlyList<IDoor> doors)
{
    private const int Accounts = 200;

    /// <exception cref="Exception">A caller got an answer that it may not get, or the Host ended; at once.</exception>
    public async Task<OutageReport> RunAsync(TimeSpan before, TimeSpan away, TimeSpan after)
    {
        UsageStream[] usages = [.. doors.Select((_, n) => new UsageStream($"door{n}", Accounts))];
        using var judge = new Judge(host.Url);
        await judge.GrantAsync(usages.SelectMany(stream => stream.Accounts));
        using var watch = new Watch(host, doors);
        using var enough = new CancellationTokenSource();
        var load = new FullLoad(doors, usages);
        load.Start();
        var watching = watch.RunAsync(enough.Token);
        await load.GoOnAsync(before, watching);
        watch.Enter(Phase.Away);
        await server.StopAsync(PostgresStop.Immediate);
        await load.GoOnAsync(away, watching);
        await server.StartAgainAsync();
        watch.Enter(Phase.After);
        await load.GoOnAsync(after, watching);
        await enough.CancelAsync();
        await watching;
        await load.EndAsync();
        var settled = watch.Elapsed;
        var findings = new List<Finding>();
        foreach (var stream in usages)
            findings.Add(await judge.AskAsync(stream));
        return new OutageReport(doors, watch.Samples, findings, settled);
    }
}
