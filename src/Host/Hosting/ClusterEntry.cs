using Akka.Actor;
using Akka.Cluster;
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
internal sealed class ClusterEntry(ActorSystem system, ClusterSettings settings, OpenedEventStore store, TimeProvider time, ILogger<ClusterEntry> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>So long no member has shown a sign of life: several times the pause between two.</summary>
    private static readonly TimeSpan DeadAfter = TimeSpan.FromSeconds(6);

    private readonly Cluster _cluster = Cluster.Get(system);
    private readonly RollWatch _watch = new(time, DeadAfter);
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
        try
        {
            while (!stoppingToken.IsCancellationRequested && !_cluster.IsTerminated)
            {
                await StepAsync(roll, self, seeds, stoppingToken);
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The Host stops.
        }
    }

    /// <summary>Crosses this node off the roll, so that the next to start needn't wait whether it is alive.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (store.Roll is { } roll)
            await roll.TryLeaveAsync(ClusterAddress.Show(_cluster.SelfAddress), cancellationToken);
    }

    private async Task StepAsync(MemberRoll roll, string self, List<string> seeds, CancellationToken cancellation)
    {
        try
        {
            switch (_cluster.SelfMember.Status)
            {
                case MemberStatus.Up or MemberStatus.Leaving:
                    await SignAsync(roll, self, cancellation);
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
        }
    }

    private async Task SignAsync(MemberRoll roll, string self, CancellationToken cancellation)
    {
        if (!_entered)
        {
            await roll.EnterAsync(self, cancellation);
            _entered = true;
        }
        else if (!await roll.SignAsync(self, cancellation))
        {
            // Paused or cut off for long, it was taken for dead, and another cluster has its accounts.
            HostLog.CrossedOff(log, self);
            _cluster.Down(_cluster.SelfAddress);
        }
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

    private bool IsSelf(HostPort seed) => seed.IsSameAs(new HostPort(_cluster.SelfAddress.Host, _cluster.SelfAddress.Port ?? 0));
}
