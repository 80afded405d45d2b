using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using Akka.Event;
using CreditActors.Accounts;
using CreditActors.Protocol;

namespace CreditActors.Sharding;

/// <summary>
/// Renews this node's <see cref="MembershipLease"/>: several times within its length it asks every member whether they still
/// count this node among them; when a majority (itself included) says yes, the lease holds from the moment of asking.
/// <para>
/// Why that is safe. The lease is as long as <c>akka.cluster.down-removal-margin</c>: the time between a downed node's removal and
/// the start of its accounts elsewhere. A node is removed only when every member that remains has seen it down, and from
/// then on none of them says yes. Those that remain are a majority (keep-majority), so every majority that said yes holds one
/// of them, and it said so before the removal; the lease began earlier still, and ends before the accounts start elsewhere. Only
/// lengths of time are compared, each measured on one machine.
/// </para>
/// </summary>
internal sealed class LeaseKeeper : ReceiveActor, IWithTimers
{
    public const string Name = "membership-lease";

    private const int RoundsInALease = 5;

    /// <summary>Akka's own, which the heartbeats between nodes run on too: accounts at work don't hold it up.</summary>
    private const string InternalDispatcher = "akka.actor.internal-dispatcher";

    private static readonly TimeSpan LengthMin = TimeSpan.FromMilliseconds(500);

    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private readonly MembershipLease _lease = MembershipLeaseProvider.Instance.Apply(Context.System);
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly TimeProvider _time;
    private readonly TimeSpan _length;
    private readonly Queue<LeaseRound> _rounds = new();

    /// <summary>By what this actor was told: <c>Cluster.State</c> follows in a time of its own.</summary>
    private readonly Dictionary<UniqueAddress, Member> _members = [];

    private long _lastRound;
    private bool _wasGranted;

    public LeaseKeeper(TimeProvider time, TimeSpan length)
    {
        _time = time;
        _length = length;
        Receive<Tick>(_ => Renew());
        Receive<ClusterEvent.IMemberEvent>(Take);
        Receive<LeasePing>(Answer);
        Receive<LeaseGrant>(Granted);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(TimeProvider time, TimeSpan length) =>
        Akka.Actor.Props.Create(() => new LeaseKeeper(time, length)).WithDispatcher(InternalDispatcher);

    /// <summary>How long a lease lasts.</summary>
    /// <exception cref="ConfigurationException">The cluster's settings leave no room for one.</exception>
    public static TimeSpan LengthOf(Cluster cluster) => cluster.DowningProvider.DownRemovalMargin is var margin && margin >= LengthMin
        ? margin
        : throw new ConfigurationException(
            $"akka.cluster.down-removal-margin must be at least {LengthMin.TotalMilliseconds:0} ms, and is {margin.TotalMilliseconds:0} ms: it is how long a node may answer without hearing from the others.");

    protected override void PreStart()
    {
        _lease.Lose();
        _cluster.Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent));
        Timers.StartPeriodicTimer(Tick.Instance, Tick.Instance, TimeSpan.Zero, _length / RoundsInALease);
    }

    protected override void PostStop()
    {
        _lease.Lose();
        _cluster.Unsubscribe(Self);
    }

    private void Renew()
    {
        var self = _cluster.SelfUniqueAddress;
        if (_cluster.IsTerminated)
        {
            _lease.Lose();
            return;
        }

        if (_members.Keys.All(self.Equals))
        {
            _rounds.Clear();
            // Alone, nobody else could hold its accounts; and a second node can't join without this one.
            if (_members.TryGetValue(self, out var alone) && alone.Status != MemberStatus.Down)
                _lease.HoldWithoutEnd();
            else
                _lease.Lose();
            return;
        }

        var round = new LeaseRound(++_lastRound, _time.GetTimestamp(), self.Address);
        _rounds.Enqueue(round);
        if (_rounds.Count > RoundsInALease)
            _rounds.Dequeue();
        foreach (var voter in Voters().Where(voter => !voter.Equals(self.Address)))
            Context.ActorSelection(new RootActorPath(voter) / "user" / Name).Tell(new LeasePing(round.Number, self.Uid));
        Settle(round);
    }

    private void Take(ClusterEvent.IMemberEvent change)
    {
        if (change is ClusterEvent.MemberRemoved)
            _members.Remove(change.Member.UniqueAddress);
        else
            _members[change.Member.UniqueAddress] = change.Member;
        Renew();
    }

    /// <summary>
    /// Yes to a node that is neither put out nor on its last step out, whatever is thought of its reachability: those two are
    /// what a member can be removed from, once all have seen it.
    /// </summary>
    private void Answer(LeasePing ping)
    {
        var address = Sender.Path.Address;
        if (_members.TryGetValue(new UniqueAddress(address, ping.NodeUid), out var asker)
            && asker.Status is (MemberStatus.Joining or MemberStatus.WeaklyUp or MemberStatus.Up or MemberStatus.Leaving))
        {
            Sender.Tell(new LeaseGrant(ping.Round));
        }
    }

    private void Granted(LeaseGrant grant)
    {
        if (_rounds.FirstOrDefault(round => round.Number == grant.Round) is not { } asked)
            return; // longer ago than a lease lasts
        asked.Grant(Sender.Path.Address);
        Settle(asked);
    }

    /// <summary>Those that the split-brain resolver counts, since they decide who is put out.</summary>
    private List<Address> Voters() =>
        [.. _members.Values.Where(member => member.Status is MemberStatus.Up or MemberStatus.Leaving).Select(member => member.Address)];

    private void Settle(LeaseRound round)
    {
        if (round.IsMajority(Voters()))
            _lease.HoldUntil(round.AskedAt + (long)(_length.TotalSeconds * _time.TimestampFrequency));
        SayIfChanged();
    }

    private void SayIfChanged()
    {
        var isGranted = _lease.IsGranted;
        if (isGranted == _wasGranted)
            return;
        _wasGranted = isGranted;
        if (isGranted)
            _log.Info("In touch with the cluster: accounts here answer.");
        else
            _log.Warning("Out of touch with a majority of the cluster for longer than {Length}, or paused: accounts here answer \"unavailable\" until it is back, or this node is put out.", _length);
    }

    private sealed class Tick : INoSerializationVerificationNeeded
    {
        public static readonly Tick Instance = new();
    }
}
