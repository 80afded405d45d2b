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

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var self = ClusterAddress.Show(_cluster.SelfAddress);
        var others = settings.Seeds.Where(seed => !seed.IsSameAs(new HostPort(_cluster.SelfAddress.Host, _cluster.SelfAddress.Port ?? 0))).ToList();
        if (others.Count == 0)
        {
            _cluster.Join(_cluster.SelfAddress);
            return;
        }

        var roll = store.Roll ?? throw new System.Diagnostics.UnreachableException("One machine's store, and several seeds: refused at the start.");
        _cluster.JoinSeedNodes(others.Select(seed => _cluster.SelfAddress.WithHost(seed.Host).WithPort(seed.Port)));
        var mayFound = others.Count < settings.Seeds.Length;
        var watch = new RollWatch(time, DeadAfter);
        try
        {
            while (!stoppingToken.IsCancellationRequested && !_cluster.IsTerminated)
            {
                await StepAsync(roll, watch, self, mayFound, stoppingToken);
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
        if (store.Roll is { } roll && settings.Seeds.Length > 0)
            await roll.TryLeaveAsync(ClusterAddress.Show(_cluster.SelfAddress), cancellationToken);
    }

    private async Task StepAsync(MemberRoll roll, RollWatch watch, string self, bool mayFound, CancellationToken cancellation)
    {
        try
        {
            if (_cluster.SelfMember.Status is MemberStatus.Up or MemberStatus.Leaving)
            {
                await roll.SignAsync(self, cancellation);
                return;
            }

            if (!mayFound || _cluster.SelfMember.Status != MemberStatus.Removed)
                return; // joining, or not ours to found
            watch.See(await roll.ReadAsync(self, cancellation));
            if (watch.IsQuiet && await roll.TryFoundAsync(self, watch.Seen, cancellation))
            {
                HostLog.Founding(log, self);
                _cluster.Join(_cluster.SelfAddress);
            }
        }
        catch (Exception fault) when (MemberRoll.IsServers(fault))
        {
            watch.Forget(); // what wasn't seen proves nothing
        }
    }
}
