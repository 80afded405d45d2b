using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using CreditActors.Accounts;
using CreditActors.Tests.Ledger;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace CreditActors.Tests.Accounts;

public sealed class ResidentAccountsTests : TestKit
{
    private readonly TestProbe _shard;
    private int _entered;

    public ResidentAccountsTests() => _shard = CreateTestProbe();

    [Fact]
    public async Task Beyond_the_budget_the_least_recently_used_is_sent_to_sleep_through_its_shard()
    {
        var residents = new ResidentAccounts(300);
        var (first, second) = (Enter(residents, 100), Enter(residents, 100));
        Enter(residents, 100);
        await _shard.ExpectNoMsgAsync(TimeSpan.Zero);
        residents.Use(first);
        Enter(residents, 100);
        Assert.Same(StopAccount.Instance, (await _shard.ExpectMsgAsync<Passivate>()).StopMessage);
        Assert.Equal(second.Account, _shard.LastSender);
        await _shard.ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [Fact]
    public async Task Who_grows_is_not_the_one_that_leaves_and_as_many_leave_as_it_takes()
    {
        var residents = new ResidentAccounts(400);
        var growing = Enter(residents, 100);
        Resident[] others = [Enter(residents, 100), Enter(residents, 100), Enter(residents, 100)];
        residents.Weigh(growing, 250);
        Assert.Equal([others[0].Account, others[1].Account], [await Evicted(), await Evicted()]);
        await _shard.ExpectNoMsgAsync(TimeSpan.Zero);
        Assert.Equal((4, 550, 2), (residents.Count, residents.Bytes, residents.Evicted));
    }

    [Fact]
    public async Task Who_grows_or_comes_is_not_the_one_that_leaves_though_no_time_has_passed()
    {
        var residents = new ResidentAccounts(400, time: new FakeTimeProvider());
        var growing = Enter(residents, 100);
        var other = Enter(residents, 250);
        residents.Weigh(growing, 200);
        Assert.Equal(other.Account, await Evicted());
        Enter(residents, 250);
        Assert.Equal(growing.Account, await Evicted());
        await _shard.ExpectNoMsgAsync(TimeSpan.Zero);
    }

    /// <summary>More than are looked at in one hold of the lock.</summary>
    [Fact]
    public async Task The_least_recently_used_leaves_also_when_all_others_were_used_since_they_came()
    {
        var residents = new ResidentAccounts(1_000);
        var all = Enumerable.Range(0, 1_000).Select(_ => Enter(residents, 1)).ToArray();
        foreach (var used in all.Where((_, place) => place != 700))
            residents.Use(used);
        Enter(residents, 1);
        Assert.Equal(all[700].Account, await Evicted());
        await _shard.ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [Fact]
    public async Task Who_was_asked_to_leave_is_not_asked_again_and_counts_as_in_memory_until_it_is_gone()
    {
        var residents = new ResidentAccounts(200);
        var leaving = Enter(residents, 100);
        Resident[] others = [Enter(residents, 100), Enter(residents, 100)];
        Assert.Equal(leaving.Account, await Evicted());
        residents.Use(leaving); // what it was sent before
        residents.Weigh(leaving, 150);
        Assert.Equal((3, 350, 1), (residents.Count, residents.Bytes, residents.Evicted));
        residents.Leave(leaving);
        Assert.Equal((2, 200, 1), (residents.Count, residents.Bytes, residents.Evicted));
        Enter(residents, 100);
        Assert.Equal(others[0].Account, await Evicted());
    }

    [Fact]
    public async Task Who_is_here_is_found_until_it_is_asked_to_leave()
    {
        var residents = new ResidentAccounts(200);
        var first = Enter(residents, 100);
        Assert.Equal(first.Account, residents.Find(first.AccountId));
        Assert.Null(residents.Find("another"));
        var second = Enter(residents, 100);
        Enter(residents, 100);
        await Evicted();
        Assert.Null(residents.Find(first.AccountId));
        residents.Hide(second);
        Assert.Null(residents.Find(second.AccountId));
    }

    [Fact]
    public void Who_has_come_back_is_found_whenever_its_last_life_ends()
    {
        var residents = new ResidentAccounts(1000);
        var old = residents.Enter("a", CreateTestProbe().Ref, _shard, 1);
        var young = residents.Enter("a", CreateTestProbe().Ref, _shard, 1);
        residents.Hide(old);
        residents.Leave(old);
        Assert.Equal(young.Account, residents.Find("a"));
        residents.Leave(young);
        Assert.Null(residents.Find("a"));
    }

    [Fact]
    public async Task Who_is_idle_for_long_is_sent_to_sleep_and_is_no_eviction()
    {
        var time = new FakeTimeProvider();
        var residents = new ResidentAccounts(1000, TimeSpan.FromMinutes(2), time);
        var (idle, used, grown) = (Enter(residents, 100), Enter(residents, 100), Enter(residents, 100));
        time.Advance(TimeSpan.FromMinutes(1));
        residents.Use(used);
        residents.Weigh(grown, 200);
        residents.SendIdleToSleep();
        await _shard.ExpectNoMsgAsync(TimeSpan.Zero);
        time.Advance(TimeSpan.FromMinutes(1));
        residents.SendIdleToSleep();
        Assert.Equal(idle.Account, await Evicted());
        Assert.Null(residents.Find(idle.AccountId));
        await _shard.ExpectNoMsgAsync(TimeSpan.Zero);
        Assert.Equal(0, residents.Evicted);
        time.Advance(TimeSpan.FromMinutes(1));
        residents.SendIdleToSleep();
        Assert.Equal([used.Account, grown.Account], [await Evicted(), await Evicted()]);
        residents.SendIdleToSleep();
        await _shard.ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [Fact]
    public async Task Who_leaves_by_itself_makes_room()
    {
        var residents = new ResidentAccounts(200);
        var idle = Enter(residents, 100);
        Enter(residents, 100);
        residents.Leave(idle);
        Enter(residents, 100);
        await _shard.ExpectNoMsgAsync(TimeSpan.Zero);
        Assert.Equal((2, 200, 0), (residents.Count, residents.Bytes, residents.Evicted));
    }

    [Fact]
    public async Task One_larger_than_the_budget_stays_while_it_is_used_and_leaves_a_quarter_to_the_others()
    {
        var residents = new ResidentAccounts(400);
        var large = Enter(residents, 10);
        residents.Weigh(large, 5_000);
        Resident[] small = [Enter(residents, 50), Enter(residents, 50)];
        residents.Use(large);
        await _shard.ExpectNoMsgAsync(TimeSpan.Zero);
        var last = Enter(residents, 50);
        Assert.Equal(small[0].Account, await Evicted());

        // There is one such at a time: the next takes the room of the one that was used before it.
        var next = Enter(residents, 10);
        Assert.Equal(small[1].Account, await Evicted());
        residents.Use(large);
        residents.Weigh(next, 5_000);
        Assert.Equal([last.Account, large.Account], [await Evicted(), await Evicted()]);
        await _shard.ExpectNoMsgAsync(TimeSpan.Zero);
    }

    /// <summary>Beside a plain list, in which everything is looked at every time.</summary>
    [Fact]
    public void Whatever_happens_those_leave_that_a_plain_list_says() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 9], Gen.Int[1, 300]).Array[1, 200].Sample(
            steps =>
            {
                const int Max = 400;
                var residents = new ResidentAccounts(Max);
                var asked = new List<int>();
                var entered = new Dictionary<int, Resident>();
                var model = new List<(int Id, int Bytes)>(); // the least recently used first
                var expected = new List<int>();
                foreach (var (step, id, bytes) in steps)
                {
                    var known = entered.TryGetValue(id, out var resident);
                    var at = model.FindIndex(one => one.Id == id);
                    var (_, before) = at < 0 ? default : model[at];
                    switch (step)
                    {
                        case 0 when !known:
                            entered[id] = residents.Enter($"{id}", new Named(id), new Listening(asked), bytes);
                            model.Add((id, bytes));
                            break;
                        case 1 when known:
                            residents.Use(resident!);
                            Move(at, before);
                            break;
                        case 2 when known:
                            residents.Weigh(resident!, bytes);
                            Move(at, bytes);
                            break;
                        case 3 when known:
                            residents.Leave(resident!);
                            entered.Remove(id);
                            if (at >= 0)
                                model.RemoveAt(at);
                            break;
                        default:
                            break;
                    }

                    while (model.Sum(one => Math.Min(one.Bytes, Max * 3 / 4)) > Max)
                    {
                        expected.Add(model[0].Id);
                        model.RemoveAt(0);
                    }

                    if (!asked.SequenceEqual(expected) || residents.Count != entered.Count)
                        return false;

                    void Move(int from, int newBytes)
                    {
                        if (from < 0)
                            return; // was asked to leave
                        model.RemoveAt(from);
                        model.Add((id, newBytes));
                    }
                }

                return residents.Evicted == expected.Count;
            },
            iter: Effort.Samples(2_000));

    private Resident Enter(ResidentAccounts residents, long bytes) => residents.Enter($"a{_entered++}", CreateTestProbe().Ref, _shard, bytes);

    private async Task<IActorRef> Evicted()
    {
        await _shard.ExpectMsgAsync<Passivate>();
        return _shard.LastSender;
    }

    private sealed class Named(int id) : MinimalActorRef
    {
        public int Id => id;

        public override ActorPath Path => new RootActorPath(Address.AllSystems) / $"{id}";

        public override IActorRefProvider Provider => throw new NotSupportedException();
    }

    private sealed class Listening(List<int> asked) : MinimalActorRef
    {
        public override ActorPath Path => new RootActorPath(Address.AllSystems) / "shard";

        public override IActorRefProvider Provider => throw new NotSupportedException();

        protected override void TellInternal(object message, IActorRef sender) => asked.Add(((Named)sender).Id);
    }
}
