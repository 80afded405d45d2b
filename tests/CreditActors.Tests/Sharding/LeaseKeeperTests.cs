using Akka.Actor;
using Akka.Cluster;
using Akka.TestKit.Xunit2;
using CreditActors.Protocol;
using CreditActors.Sharding;

namespace CreditActors.Tests.Sharding;

/// <summary>Real nodes in one process, over loopback: when a node may answer from the memory of its accounts.</summary>
public sealed class LeaseKeeperTests : TestKit
{
    /// <summary>Nobody is put out here unless a test says so: what is watched is the lease alone.</summary>
    private const string Patient =
        """
        akka.cluster.down-removal-margin = 1s
        akka.cluster.split-brain-resolver.stable-after = 1h
        akka.cluster.split-brain-resolver.down-all-when-unstable = off
        akka.cluster.run-coordinated-shutdown-when-down = off
        akka.coordinated-shutdown.run-by-actor-system-terminate = off
        akka.coordinated-shutdown.phases.cluster-exiting.timeout = 1s
        akka.coordinated-shutdown.phases.cluster-leave.timeout = 1s
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_member_that_is_alone_answers_without_asking_anybody()
    {
        await using var alone = await AccountNode.Start(Patient);
        await IsInTouchAsync(alone, true);
    }

    [Fact]
    public async Task A_node_that_no_longer_hears_from_a_majority_stops_answering()
    {
        await using var one = await AccountNode.Start(Patient);
        await using var two = await AccountNode.Start(Patient, joining: one);
        await using var three = await AccountNode.Start(Patient, joining: one);
        await AreUpAsync(one, two, three);
        foreach (var node in (AccountNode[])[one, two, three])
            await IsInTouchAsync(node, true);

        await DieAsync(three);
        // Two of three are a majority: nothing changes for them.
        await GrantsAsync(two, one);
        Assert.True(one.System.IsInTouchWithCluster());

        await DieAsync(two);
        await IsInTouchAsync(one, false);
        Assert.Equal(3, Cluster.Get(one.System).State.Members.Count); // long before anybody is put out
    }

    [Fact]
    public async Task A_node_that_was_put_out_stops_answering()
    {
        await using var one = await AccountNode.Start(Patient);
        await using var two = await AccountNode.Start(Patient, joining: one);
        await using var three = await AccountNode.Start(Patient, joining: one);
        await AreUpAsync(one, two, three);
        await IsInTouchAsync(three, true);

        Cluster.Get(one.System).Down(Cluster.Get(three.System).SelfAddress);
        await IsInTouchAsync(three, false);
        await IsInTouchAsync(one, true);
    }

    [Fact]
    public async Task Only_the_incarnation_that_is_a_member_is_granted_a_lease()
    {
        await using var one = await AccountNode.Start(Patient);
        await using var two = await AccountNode.Start(Patient, joining: one);
        await AreUpAsync(one, two);
        var asker = Inbox.Create(two.System);
        var uid = Cluster.Get(two.System).SelfUniqueAddress.Uid;
        var keeper = KeeperOf(one, seenFrom: two);

        keeper.Tell(new LeasePing(1, uid), asker.Receiver);
        Assert.Equal(new LeaseGrant(1), asker.Receive(Patience));
        // A process of the same address that lived before, or comes after.
        keeper.Tell(new LeasePing(2, uid + 1), asker.Receiver);
        keeper.Tell(new LeasePing(3, uid), asker.Receiver);
        Assert.Equal(new LeaseGrant(3), asker.Receive(Patience));
    }

    /// <summary>Without a word to the others.</summary>
    private static Task DieAsync(AccountNode node) => node.System.Terminate().WaitAsync(Patience);

    private static ActorSelection KeeperOf(AccountNode node, AccountNode seenFrom) =>
        seenFrom.System.ActorSelection(new RootActorPath(Cluster.Get(node.System).SelfAddress) / "user" / LeaseKeeper.Name);

    /// <summary>A whole round of questions, asked and granted after now.</summary>
    private static async Task GrantsAsync(AccountNode by, AccountNode to)
    {
        var asker = Inbox.Create(to.System);
        KeeperOf(by, seenFrom: to).Tell(new LeasePing(1, Cluster.Get(to.System).SelfUniqueAddress.Uid), asker.Receiver);
        Assert.Equal(new LeaseGrant(1), await asker.ReceiveAsync(Patience));
    }

    private async Task AreUpAsync(params AccountNode[] nodes)
    {
        foreach (var node in nodes)
        {
            await AwaitConditionAsync(
                () => Task.FromResult(Cluster.Get(node.System).State.Members.Count(member => member.Status == MemberStatus.Up) == nodes.Length), Patience);
        }
    }

    private Task IsInTouchAsync(AccountNode node, bool isInTouch) =>
        AwaitConditionAsync(() => Task.FromResult(node.System.IsInTouchWithCluster() == isInTouch), Patience);
}
