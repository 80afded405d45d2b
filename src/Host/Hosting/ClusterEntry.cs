using Akka.Actor;
using Akka.Cluster;
using CreditActors.Sharding;
using GpuCredit.Host.EventStore;
using GpuCredit.Host.Operations;

namespace GpuCredit.Host.Hosting;

/// <summary>
/// How this node becomes a member. Alone, it joins itself. With others it joins whoever of the seeds answers; and when
/// there is no cluster yet, one of the seeds founds it.
/// <para>
/// Akka's own way, where the first seed that hears nothing for some seconds founds a cluster, makes a second one over the same
/// accounts when that seed is started anew on the wrong side of a split. Here nobody founds a cluster while the event store,
/// which all nodes reach, shows another one alive (<see cref="MemberRoll"/>).
/// </para>
/// </summary>
internal sealed class ClusterEntry(ActorSystem system, ClusterSettings settings, OpenedEventStore store, TimeProvider time, ILogger<ClusterEntry> log) : BackgroundService, IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>So long no member has shown a sign of life: several times the pause between two.</summary>
    private static readonly TimeSpan DeadAfter = TimeSpan.FromSeconds(6);

    /// <summary>
    /// So long after it began to sign a member answers from memory. Less than <see cref="DeadAfter"/>: when another has seen no
    /// signature for that long, and founds a cluster, this one has stopped answering, also if it is paused and wakes later.
    /// </summary>
    private static readonly TimeSpan SignatureCounts = TimeSpan.FromSeconds(5);

    private readonly Cluster _cluster = Cluster.Get(system);
    private readonly RollWatch _watch = new(time, DeadAfter);
    private readonly TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HashSet<string> _asked = [];
    private bool _entered;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var self = ClusterAddress.Show(_cluster.SelfAddress);
        var seeds = settings.Seeds.Where(seed => !IsSelf(seed)).Select(seed => seed.ToString()).ToList();
        if (seeds.Count == 0)
            _cluster.Join(_cluster.SelfAddress);
        else
            Ask(seeds);
        if (store.Roll is not { } roll)
            return; // one machine's store
        system.AnswerNoLongerThan(time.GetTimestamp());
        _cluster.RegisterOnMemberUp(_up.SetResult);
        try
        {
            while (!stoppingToken.IsCancellationRequested && !_cluster.IsTerminated)
            {
                var wasUp = _up.Task.IsCompleted;
                await StepAsync(roll, self, seeds, stoppingToken);
                // Accounts here answer once it has signed.
                var pause = Task.Delay(Pause, time, stoppingToken);
                await (wasUp ? pause : await Task.WhenAny(pause, _up.Task));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The Host stops.
        }
    }

    /// <summary>It goes on signing while the actor system, which is stopped later, hands its accounts over.</summary>
    public override Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// The actor system has ended, and no account lives here any more: crosses this node off the roll, so that the next to start
    /// needn't wait whether it is alive.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        if (ExecuteTask is { } signing)
            await signing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_entered && store.Roll is { } roll)
            await roll.TryLeaveAsync(ClusterAddress.Show(_cluster.SelfAddress));
    }

    private async Task StepAsync(MemberRoll roll, string self, List<string> seeds, CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        try
        {
            switch (_cluster.SelfMember.Status)
            {
                case MemberStatus.Up or MemberStatus.Leaving:
                    if (await SignAsync(roll, self, cancellation))
                        AnswerFor(SignatureCounts, start);
                    break;
                case MemberStatus.Removed when seeds.Count > 0: // not a member yet
                    await LookForAClusterAsync(roll, self, seeds, cancellation);
                    break;
                default:
                    break; // on its way in or out
            }
        }
        catch (Exception fault) when (MemberRoll.IsServers(fault))
        {
            _watch.Forget(); // what wasn't seen proves nothing
            // While the server is away nobody can found a cluster, and what is in memory is true. But only a failure that was
            // soon known shows that it is away, and not that this node was.
            if (time.GetElapsedTime(start) < SignatureCounts)
                AnswerFor(SignatureCounts, time.GetTimestamp());
        }
    }

    private void AnswerFor(TimeSpan length, long from) => system.AnswerNoLongerThan(from + (long)(length.TotalSeconds * time.TimestampFrequency));

    /// <returns>False: this node is crossed off, and goes.</returns>
    private async Task<bool> SignAsync(MemberRoll roll, string self, CancellationToken cancellation)
    {
        if (!_entered)
        {
            await roll.EnterAsync(self, cancellation);
            _entered = true;
            return true;
        }

        if (await roll.SignAsync(self, cancellation))
            return true;
        // Paused or cut off for long, it was taken for dead, and another cluster has its accounts.
        HostLog.CrossedOff(log, self);
        _cluster.Down(_cluster.SelfAddress);
        return false;
    }

    private async Task LookForAClusterAsync(MemberRoll roll, string self, List<string> seeds, CancellationToken cancellation)
    {
        var seen = await roll.ReadAsync(self, cancellation);
        _watch.See(seen);
        // Whoever is on the roll knows the cluster too, and may be reached where no seed is.
        Ask([.. seeds, .. seen.Keys]);
        if (seeds.Count < settings.Seeds.Length && _watch.IsQuiet && await roll.TryFoundAsync(self, _watch.Seen, cancellation))
        {
            HostLog.Founding(log, self);
            _entered = true;
            _cluster.Join(_cluster.SelfAddress);
        }
    }

    /// <summary>Akka asks them again and again; it is told anew only when they have changed.</summary>
    private void Ask(IEnumerable<string> nodes)
    {
        var asked = nodes.ToHashSet(StringComparer.Ordinal);
        if (asked.SetEquals(_asked))
            return;
        _asked = asked;
        _cluster.JoinSeedNodes(asked.Select(node => HostPort.Parse("gpucredit_member", node)).Select(node => _cluster.SelfAddress.WithHost(node.Host).WithPort(node.Port)));
    }

    private bool IsSelf(HostPort seed) => seed == new HostPort(_cluster.SelfAddress.Host, _cluster.SelfAddress.Port ?? 0);
}
