using System.Diagnostics;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using CreditActors.Accounts;
using CreditActors.Ledger;
using CreditActors.Protocol;
using CreditActors.Sharding;
using Microsoft.Extensions.Time.Testing;

namespace CreditActors.Tests.Sharding;

/// <summary>Calls and the addresses of their answers: when they end, what counts, and what other nodes can see of them.</summary>
public sealed class CallTests : TestKit
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly FakeTimeProvider _time = new();
    private readonly ResidentAccounts _residents = new(1 << 20);
    private readonly TestProbe _region;
    private readonly AccountClient _client;

    public CallTests()
    {
        _region = CreateTestProbe();
        _client = ClientOf(_time, Deadline, TryAgainAfter);
    }

    private IActorRefProvider Provider => ((ExtendedActorSystem)Sys).Provider;

    [Fact]
    public async Task A_call_ends_by_its_deadline_and_not_much_before()
    {
        var call = _client.GetBalanceAsync("a", 1);
        await _region.ExpectMsgAsync<GetBalance>();
        _time.Advance(Deadline - TimeSpan.FromMilliseconds(100));
        await Task.Delay(50);
        Assert.False(call.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.False((await call.WaitAsync(Soon)).IsAvailable);
    }

    [Fact]
    public async Task A_deadline_shorter_than_the_wait_for_the_next_try_counts_too()
    {
        using var client = ClientOf(_time, TimeSpan.FromSeconds(1), TryAgainAfter);
        var call = client.GetBalanceAsync("a", 1);
        await _region.ExpectMsgAsync<GetBalance>();
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False((await call.WaitAsync(Soon)).IsAvailable);
    }

    [Fact]
    public async Task A_call_that_had_to_wait_for_its_node_ends_by_its_deadline()
    {
        var joined = new TaskCompletionSource();
        using var client = Clients.Of(
            _region, new(Deadline, TryAgainAfter, TriesMax: 3, EntriesInFlightMax: 9), _time, new NodeLife(joined.Task, Deadline, CancellationToken.None));
        // One that has all its time stands before it in the list.
        var call = client.GetBalanceAsync("a", 1);
        _time.Advance(Deadline - TimeSpan.FromSeconds(1));
        joined.SetResult();
        await _region.ExpectMsgAsync<GetBalance>();
        var other = client.GetBalanceAsync("b", 1);
        await _region.ExpectMsgAsync<GetBalance>();
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False((await call.WaitAsync(Soon)).IsAvailable);
        Assert.False(other.IsCompleted);
    }

    [Fact]
    public async Task An_answer_after_the_deadline_changes_nothing()
    {
        var call = _client.RecordAsync([new("a", new Usage("u", 1, 1)), new("b", new Usage("u", 1, 1))]);
        await _region.ExpectMsgAsync<RecordEntries>(message => Assert.Equal("a", message.AccountId));
        var late = _region.LastSender;
        await _region.ExpectMsgAsync<RecordEntries>(message => Assert.Equal("b", message.AccountId));
        _region.Reply(Recorded("b", 1, version: 4));
        _time.Advance(Deadline);
        var outcomes = await call.WaitAsync(Soon);
        late.Tell(Recorded("a", 1, version: 9));
        Assert.Equal([EntryOutcome.Unavailable, new EntryOutcome(OutcomeStatus.Recorded, 4)], outcomes.ToArray());
    }

    [Fact]
    public async Task The_next_part_of_an_account_leaves_when_the_last_is_answered()
    {
        const int Entries = RecordEntries.EntriesMax + 10;
        var call = _client.RecordAsync([.. Enumerable.Range(0, Entries).Select(i => new AccountEntry("a", new Usage($"u{i}", 1, 1)))]);
        var first = await _region.ExpectMsgAsync<RecordEntries>();
        var answerTo = _region.LastSender;
        await _region.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
        answerTo.Tell(Recorded("a", first.Entries.Length, version: 1));
        var second = await _region.ExpectMsgAsync<RecordEntries>();
        Assert.Equal(Enumerable.Range(0, Entries).Select(i => $"u{i}"), first.Entries.Concat(second.Entries).Select(entry => entry.Id));
        // The first part once more: its answer is not the second's.
        answerTo.Tell(new EntriesOutcome("a", [.. Enumerable.Repeat(EntryOutcome.Unavailable, first.Entries.Length)]));
        Assert.False(call.IsCompleted);
        _region.Reply(Recorded("a", second.Entries.Length, version: 2));
        var outcomes = await call.WaitAsync(Soon);
        Assert.Equal(Entries, outcomes.Length);
        Assert.All(outcomes, outcome => Assert.Equal(OutcomeStatus.Recorded, outcome.Status));
        Assert.Equal(2, outcomes[^1].Version);
    }

    [Fact]
    public async Task A_part_that_is_lost_is_sent_again_with_its_own_waits()
    {
        var call = _client.RecordAsync([new("a", new Usage("u", 1, 1)), new("b", new Usage("u", 1, 1))]);
        await _region.ExpectMsgAsync<RecordEntries>();
        _region.Reply(Recorded("a", 1, version: 1));
        await _region.ExpectMsgAsync<RecordEntries>();
        _time.Advance(TryAgainAfter);
        Assert.Equal("b", (await _region.ExpectMsgAsync<RecordEntries>()).AccountId);
        var answerTo = _region.LastSender;
        await _region.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(50));
        answerTo.Tell(Recorded("b", 1, version: 1));
        Assert.All(await call.WaitAsync(Soon), outcome => Assert.Equal(OutcomeStatus.Recorded, outcome.Status));
    }

    [Fact]
    public async Task An_account_in_memory_here_is_told_straight_and_what_it_does_not_answer_goes_by_the_region()
    {
        var account = CreateTestProbe();
        _residents.Enter("a", account.Ref, CreateTestProbe().Ref, 100);
        var call = _client.GetBalanceAsync("a", 5);
        await account.ExpectMsgAsync<GetBalance>();
        await _region.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(50));
        _time.Advance(TryAgainAfter);
        await _region.ExpectMsgAsync<GetBalance>();
        Assert.Same(account.LastSender, _region.LastSender);
        _region.Reply(new BalanceAnswer("a", 5, 10, 1));
        Assert.Equal(10, (await call).Answer?.Balance);
    }

    [Fact]
    public async Task Other_nodes_find_an_address_while_it_is_waited_for()
    {
        var call = _client.GetBalanceAsync("a", 5);
        await _region.ExpectMsgAsync<GetBalance>();
        var path = _region.LastSender.Path;
        var found = Provider.ResolveActorRef(path.ToSerializationFormat());
        Assert.Same(_region.LastSender, found);
        found.Tell(new BalanceAnswer("a", 5, 10, 1));
        Assert.Equal(10, (await call).Answer?.Balance);
        Assert.NotSame(_region.LastSender, Provider.ResolveActorRef(path.ToSerializationFormat()));
    }

    [Fact]
    public async Task An_address_that_is_asked_for_its_path_too_late_is_not_kept()
    {
        var call = _client.GetBalanceAsync("a", 5);
        await _region.ExpectMsgAsync<GetBalance>();
        var address = _region.LastSender;
        address.Tell(new BalanceAnswer("a", 5, 10, 1));
        await call;
        Assert.NotSame(address, Provider.ResolveActorRef(address.Path.ToSerializationFormat()));
    }

    [Fact]
    public async Task What_is_no_answer_is_a_fault()
    {
        Task[] calls = [_client.GetBalanceAsync("a", 5), _client.RecordAsync("a", new Usage("u", 1, 1)), _client.RecordAsync([new("a", new Usage("u", 1, 1))])];
        foreach (var reply in new object[] { "what?", new BalanceAnswer("a", 5, 10, 1), new AccountUnavailable("a") })
        {
            await _region.ExpectMsgAsync<IAccountMessage>();
            _region.Reply(reply);
        }

        foreach (var call in calls)
            await Assert.ThrowsAsync<UnreachableException>(() => call.WaitAsync(Soon));
    }

    [Fact]
    public async Task A_fault_in_place_of_an_answer_is_thrown()
    {
        var call = _client.RecordAsync([new("a", new Usage("u", 1, 1)), new("b", new Usage("u", 1, 1))]);
        await _region.ExpectMsgAsync<RecordEntries>();
        _region.Reply(new Status.Failure(new NotSupportedException()));
        await Assert.ThrowsAsync<NotSupportedException>(() => call.WaitAsync(Soon));
    }

    [Fact]
    public async Task A_caller_that_cancels_a_batch_is_let_go()
    {
        using var cancel = new CancellationTokenSource();
        var call = _client.RecordAsync([new("a", new Usage("u", 1, 1)), new("b", new Usage("u", 1, 1))], cancel.Token);
        await _region.ExpectMsgAsync<RecordEntries>();
        await _region.ExpectMsgAsync<RecordEntries>();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(Soon));
        _time.Advance(TryAgainAfter);
        await _region.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public async Task A_call_ends_once()
    {
        var call = new OneMessageCall(new GetBalance("a", 5), new((IInternalActorRef)_region.Ref, _residents), mayRunHere: true);
        call.GiveUp();
        call.Fail(new NotSupportedException());
        call.GiveUp();
        await call.EndAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Whoever_brings_an_answer_does_not_carry_on_its_caller()
    {
        var caller = _client.GetBalanceAsync("a", 5).ContinueWith(_ => Environment.CurrentManagedThreadId, TaskContinuationOptions.ExecuteSynchronously);
        await _region.ExpectMsgAsync<GetBalance>();
        var address = _region.LastSender;
        var bringer = new Thread(() => address.Tell(new BalanceAnswer("a", 5, 10, 1)));
        bringer.Start();
        Assert.NotEqual(bringer.ManagedThreadId, await caller.WaitAsync(Soon));
    }

    [Fact]
    public async Task A_caller_that_may_cancel_later_keeps_nothing_of_a_call_that_is_over()
    {
        var region = new AnswersAtOnce();
        using var client = new AccountClient(
            new LostMessageTests.KnownRegion(region), new(Deadline, TryAgainAfter, TriesMax: 3, EntriesInFlightMax: 9), _time,
            LostMessageTests.Member, AccountMetrics.From(null), _residents);
        using var cancel = new CancellationTokenSource();
        for (var i = 0; i < 10; i++)
            await Task.Run(() => client.GetBalanceAsync("a", 5, cancel.Token));
        GC.Collect();
        // The last may still stand on some thread's stack.
        Assert.InRange(region.Addresses.Count(address => address.TryGetTarget(out _)), 0, 5);
    }

    [Fact]
    public async Task Who_ends_the_client_lets_its_callers_go()
    {
        var client = ClientOf(_time, Deadline, TryAgainAfter);
        var call = client.GetBalanceAsync("a", 5);
        await _region.ExpectMsgAsync<GetBalance>();
        client.Dispose();
        Assert.False((await call.WaitAsync(Soon)).IsAvailable);
        Assert.False((await client.GetBalanceAsync("a", 5).WaitAsync(Soon)).IsAvailable);
    }

    [Fact]
    public async Task Thousands_of_calls_at_once_all_end()
    {
        var region = Sys.ActorOf(Props.Create(() => new Answerer()));
        using var client = Clients.Of(
            region, new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30), TriesMax: 1, EntriesInFlightMax: 100_000), TimeProvider.System);
        var calls = await Task.WhenAll(Enumerable.Range(0, 20_000).Select(i => Task.Run(() => client.GetBalanceAsync("a", i))));
        Assert.Equal(Enumerable.Range(0, 20_000).Select(i => (long?)i), calls.Select(call => call.Answer?.At));
    }

    protected override void AfterAll()
    {
        _client.Dispose();
        base.AfterAll();
    }

    private AccountClient ClientOf(TimeProvider time, TimeSpan deadline, TimeSpan tryAgainAfter) =>
        Clients.Of(_region, new(deadline, tryAgainAfter, TriesMax: 3, EntriesInFlightMax: 10_000), time, residents: _residents);

    private static EntriesOutcome Recorded(string accountId, int entries, long version) =>
        new(accountId, [.. Enumerable.Repeat(new EntryOutcome(OutcomeStatus.Recorded, version), entries)]);

    private sealed class AnswersAtOnce : MinimalActorRef
    {
        public List<WeakReference<IActorRef>> Addresses { get; } = [];

        public override ActorPath Path => new RootActorPath(Address.AllSystems) / "region";

        public override IActorRefProvider Provider => throw new NotSupportedException();

        protected override void TellInternal(object message, IActorRef sender)
        {
            Addresses.Add(new(sender));
            sender.Tell(new BalanceAnswer("a", 5, 10, 1));
        }
    }

    private sealed class Answerer : ReceiveActor
    {
        public Answerer() => Receive<GetBalance>(get => Sender.Tell(new BalanceAnswer(get.AccountId, get.At, 0, 0)));
    }
}
