using Akka.Actor;
using Akka.Cluster;
using CreditActors.Sharding;
using GpuCredit.Host.EventStore;
using GpuCredit.Host.Operations;

namespace GpuCredit.Host.Hosting;

/// <summary>
/// How this node becomes a member. Over a store of one machine it joins itself. Over one that nodes share it joins whoever answers of
/// the seeds and of those that sign the roll; and when there is no cluster yet, one of the seeds (or a node without any) founds it, or
/// after a while whoever is there.
/// <para>
/// Akka's own way, where the first seed that hears nothing for some seconds founds a cluster, makes a second one over the same
/// accounts when that seed is started anew on the wrong side of a split. Here nobody founds a cluster while the event store,
/// which all nodes reach, shows another one alive (<see cref="MemberRoll"/>).
/// </para>
/// </summary>
internal sealed class ClusterEntry(ActorSystem system, ClusterSettings settings, OpenedEventStore store, TimeProvider time, HostEnd end, ILogger<ClusterEntry> log) : BackgroundService, IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>So long no member has shown a sign of life: several times the pause between two.</summary>
    private static readonly TimeSpan DeadAfter = TimeSpan.FromSeconds(6);

    /// <summary>
    /// So long after it began to sign a member answers from memory. Less than <see cref="DeadAfter"/>: when another has seen no
    /// signature for that long, and founds a cluster, this one has stopped answering, also if it is paused and wakes later.
    /// </summary>
    private static readonly TimeSpan SignatureCounts = TimeSpan.FromSeconds(5);

    /// <summary>Longer than two looks lie apart when the store answers slowly; less than <see cref="DeadAfter"/>.</summary>
    private static readonly TimeSpan LooksWithin = TimeSpan.FromSeconds(4);

    /// <summary>So long after silence any node may found, also one that is no seed: the seeds may be gone for good.</summary>
    private static readonly TimeSpan AnybodyAfter = TimeSpan.FromSeconds(30);

    /// <summary>Longer than a node that was put out, and doesn't know it yet, goes on signing.</summary>
    private static readonly TimeSpan RivalsAfter = TimeSpan.FromSeconds(30);

    /// <summary>
    /// So long it asks to be let in while others sign. A node whose way in was cut in the middle may have been taken for a member by the
    /// others, and for dead, before it heard of it; they talk to it no more as long as its process lives. Started anew it is another.
    /// </summary>
    private static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(30);

    /// <summary>
    /// So long it may be a member that isn't up: nobody is let in while a member can't be reached, until that one is back or put out (30 s in
    /// the profile of slow networks). Longer, and those who let it in have died before it was up: nobody is left to let it in, or to put it out.
    /// </summary>
    private static readonly TimeSpan JoinsWithin = TimeSpan.FromSeconds(60);

    /// <summary>How often it says why it is no member yet.</summary>
    private static readonly TimeSpan SayEvery = TimeSpan.FromSeconds(10);

    private readonly Cluster _cluster = Cluster.Get(system);
    private readonly RollWatch _watch = new(time, LooksWithin, DeadAfter);
    private readonly Rivals _rivals = new(time, RivalsAfter);
    private readonly AnswerLimit _limit = new(time, SignatureCounts, system.AnswerNoLongerThan);
    private readonly TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whoever was a member of its cluster since it asked to be let in.</summary>
    private readonly HashSet<Incarnation> _others = [];

    private HashSet<HostPort> _asked = [];
    private long? _othersSince;
    private long? _joiningSince;
    private long _said = time.GetTimestamp();
    private bool _entered;
    private bool _fails;

    private Incarnation Self => Incarnation.Of(_cluster.SelfUniqueAddress);

    private bool IsSeed => settings.Seeds.IsEmpty || settings.Seeds.Contains(Self.Address);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (store.Roll is not { } roll)
        {
            _cluster.Join(_cluster.SelfAddress); // one machine's store, and no node but this
            return;
        }

        try
        {
            _limit.Begin();
            system.ActorOf(QuarantineWatch.Props(Quarantined), "quarantine-watch");
            Ask([]);
            _cluster.RegisterOnMemberUp(_up.SetResult);
            while (!stoppingToken.IsCancellationRequested && !_cluster.IsTerminated)
            {
                var wasUp = _up.Task.IsCompleted;
                await StepAsync(roll, stoppingToken);
                // Accounts here answer once it has signed.
                var pause = Task.Delay(Pause, time, stoppingToken);
                await (wasUp ? pause : await Task.WhenAny(pause, _up.Task));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The Host stops.
        }
        catch (Exception fault)
        {
            HostLog.EntryFailed(log, fault);
            end.End(ExitCode.Fault);
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
            await roll.TryLeaveAsync(Self);
    }

    private async Task StepAsync(MemberRoll roll, CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        try
        {
            switch (_cluster.SelfMember.Status)
            {
                case MemberStatus.Up or MemberStatus.Leaving or MemberStatus.Exiting:
                    if (!_entered)
                        await EnterAsync(roll, start, cancellation);
                    else
                        await SignAsync(roll, start, cancellation);
                    break;
                case MemberStatus.Removed when !end.IsNear: // not a member yet
                    await LookForAClusterAsync(roll, cancellation);
                    break;
                case MemberStatus.Joining or MemberStatus.WeaklyUp when !end.IsNear:
                    _joiningSince ??= start;
                    if (time.GetElapsedTime(_joiningSince.Value) >= JoinsWithin)
                    {
                        HostLog.NotMadeUp(log, $"{Self.Address}");
                        end.End(ExitCode.PutOut);
                    }

                    break;
                default:
                    break; // put out
            }

            if (_fails)
                HostLog.RollWorks(log);
            _fails = false;
        }
        catch (Exception fault) when (MemberRoll.IsServers(fault))
        {
            _watch.Forget(); // what wasn't seen proves nothing
            _rivals.Forget();
            _othersSince = null;
            if (MemberRoll.IsAway(fault))
                _limit.Failed(start);
            if (!_fails)
                HostLog.RollFails(log, MemberRoll.Why(fault));
            _fails = true;
        }
    }

    private async Task EnterAsync(MemberRoll roll, long start, CancellationToken cancellation)
    {
        // Whoever was its cluster's; one that is still joining may yet found another.
        _others.UnionWith(_cluster.State.Members.Where(member => member.Status is MemberStatus.Up or MemberStatus.Leaving or MemberStatus.Exiting)
            .Select(member => Incarnation.Of(member.UniqueAddress)).Where(other => other != Self));
        _entered = await roll.EnterAsync(Self, _others, cancellation);
        if (_entered)
            _limit.Signed(start);
        else
            GoCrossedOff();
    }

    private async Task SignAsync(MemberRoll roll, long start, CancellationToken cancellation)
    {
        if (await roll.SignAsync(Self, cancellation) is not { } others)
        {
            GoCrossedOff();
            return;
        }

        _limit.Signed(start);
        _watch.See(others);
        var members = _cluster.State.Members.Select(member => $"{Incarnation.Of(member.UniqueAddress)}").ToHashSet(StringComparer.Ordinal);
        if (_rivals.HaveWon($"{Self}", members, _watch.Alive))
        {
            HostLog.RivalsFound(log, $"{Self.Address}", string.Join(", ", _watch.Alive.Except(members)));
            Go();
        }
    }

    /// <summary>Paused or cut off for long, it was taken for dead, or those who let it in were; and another cluster has its accounts.</summary>
    private void GoCrossedOff()
    {
        HostLog.CrossedOff(log, $"{Self.Address}");
        Go();
    }

    /// <summary>A member that is up leaves it to the split-brain resolver whom to believe; before it is up it has none.</summary>
    private void Quarantined(Address remote)
    {
        if (!end.IsNear && !_cluster.IsTerminated && _cluster.SelfMember.Status is MemberStatus.Removed or MemberStatus.Joining or MemberStatus.WeaklyUp)
            StartAnew(ClusterAddress.Show(remote));
    }

    private void StartAnew(string others)
    {
        HostLog.NotLetIn(log, $"{Self.Address}", others);
        end.End(ExitCode.PutOut);
    }

    private void Go()
    {
        system.AnswerNoMore();
        _cluster.Down(_cluster.SelfAddress);
    }

    private async Task LookForAClusterAsync(MemberRoll roll, CancellationToken cancellation)
    {
        _watch.See(await roll.ReadAsync(Self, cancellation));
        // Whoever is alive knows the cluster too, and may be reached where no seed is.
        Ask(_watch.Alive.Select(name => Incarnation.TryParse(name, out var alive) ? alive : null).OfType<Incarnation>().Select(alive => alive.Address));
        _othersSince = _watch.Alive.Count == 0 ? null : _othersSince ?? time.GetTimestamp();
        if (_othersSince is { } since && time.GetElapsedTime(since) >= StuckAfter)
            StartAnew(string.Join(", ", _watch.Alive));
        else if ((IsSeed ? _watch.IsEmpty || _watch.IsQuietFor(DeadAfter) : _watch.IsQuietFor(AnybodyAfter)) && await roll.TryFoundAsync(Self, _watch.Seen, cancellation))
        {
            HostLog.Founding(log, $"{Self.Address}");
            _entered = true;
            _cluster.Join(_cluster.SelfAddress);
        }
        else if (time.GetElapsedTime(_said) >= SayEvery)
        {
            _said = time.GetTimestamp();
            HostLog.NoMemberYet(log, $"{Self.Address}", string.Join(", ", _asked), string.Join(", ", _watch.Alive));
        }
    }

    /// <summary>Akka asks them again and again, beside the seeds; it is told anew only when they have changed.</summary>
    private void Ask(IEnumerable<HostPort> nodes)
    {
        var asked = settings.Seeds.Concat(nodes).Where(node => node != Self.Address).ToHashSet();
        if (asked.Count == 0 || asked.SetEquals(_asked))
            return;
        _asked = asked;
        _cluster.JoinSeedNodes(asked.Select(node => _cluster.SelfAddress.WithHost(node.Host).WithPort(node.Port)));
    }
}
