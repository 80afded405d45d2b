using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using CreditActors.Accounts;
using CreditActors.Ledger;
using CreditActors.Protocol;
using CreditActors.Sharding;
using Microsoft.Extensions.Time.Testing;

namespace CreditActors.Tests.Sharding;

/// <summary>Calls of many accounts: how they are told, when outcomes are known, and what room they take until then.</summary>
public sealed class BatchCallTests : TestKit
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly FakeTimeProvider _time = new();
    private readonly ResidentAccounts _residents = new(1 << 20);
    private readonly TestProbe _region;
    private readonly AccountClient _client;

    public BatchCallTests()
    {
        _region = CreateTestProbe();
        _client = Clients.Of(_region, new(Deadline, TryAgainAfter, TriesMax: 3, EntriesInFlightMax: 10_000), _time, residents: _residents);
    }

    [Fact]
    public async Task Accounts_are_told_in_portions_that_leave_the_caller_and_the_others_their_turn()
    {
        const int Accounts = 1_000;
        using var region = new StandsStill(after: 40);
        using var client = Clients.Of(region, new(Deadline, TryAgainAfter, TriesMax: 3, EntriesInFlightMax: 10_000), _time, residents: _residents);
        // The caller isn't the one who stands there, and what it asks for next isn't behind a thousand accounts.
        var call = client.RecordAsync([.. Enumerable.Range(0, Accounts).Select(i => new AccountEntry($"a{i}", new Usage("u", 1, 1)))]);
        await region.StoodStill.WaitAsync(Soon);
        var account = CreateTestProbe();
        _residents.Enter("resident", account.Ref, CreateTestProbe().Ref, 100);
        var asked = client.GetBalanceAsync("resident", 5);
        await account.ExpectMsgAsync<GetBalance>();
        account.Reply(new BalanceAnswer("resident", 5, 10, 1));
        Assert.Equal(10, (await asked.WaitAsync(Soon)).Answer?.Balance);
        Assert.False(call.IsCompleted);
        region.GoOn();
        Assert.All(await call.WaitAsync(Soon), outcome => Assert.Equal(OutcomeStatus.Recorded, outcome.Status));
        Assert.Equal(Enumerable.Range(0, Accounts).Select(i => $"a{i}"), region.Told);
    }

    [Fact]
    public async Task Outcomes_are_told_as_they_come_and_those_that_never_come_at_the_end()
    {
        var sink = new Sink();
        var call = _client.RecordAsync(
            [new("a", new Usage("u1", 1, 1)), new("..", new Usage("u", 1, 1)), new("b", new Usage("u", 1, 1)), new("a", new Usage("u2", 1, 1))], sink, CancellationToken.None);
        Assert.Equal([(1, OutcomeStatus.Rejected)], sink.Told);
        await _region.ExpectMsgAsync<RecordEntries>(message => Assert.Equal("a", message.AccountId));
        _region.Reply(Recorded("a", 2, version: 4));
        await AwaitAssertAsync(() => Assert.Equal([(1, OutcomeStatus.Rejected), (0, OutcomeStatus.Recorded), (3, OutcomeStatus.Recorded)], sink.Told));
        Assert.False(call.IsCompleted);
        _time.Advance(Deadline);
        await call.WaitAsync(Soon);
        Assert.Equal([(1, OutcomeStatus.Rejected), (0, OutcomeStatus.Recorded), (3, OutcomeStatus.Recorded), (2, OutcomeStatus.Unavailable)], sink.Told);
    }

    [Fact]
    public async Task Entries_that_are_decided_make_room_while_others_of_their_call_are_not()
    {
        using var client = Clients.Of(_region, new(Deadline, TryAgainAfter, TriesMax: 3, EntriesInFlightMax: 3), _time, residents: _residents);
        var call = client.RecordAsync([new("a", new Usage("u1", 1, 1)), new("b", new Usage("u", 1, 1)), new("a", new Usage("u2", 1, 1))]);
        await _region.ExpectMsgAsync<RecordEntries>();
        Assert.False((await client.GetBalanceAsync("c", 1)).IsAvailable);
        _region.Reply(Recorded("a", 2, version: 2));
        await _region.ExpectMsgAsync<RecordEntries>();
        var answerTo = _region.LastSender;
        // Two have room now, and no third.
        Task<Ask<BalanceAnswer>>[] asked = [client.GetBalanceAsync("c", 1), client.GetBalanceAsync("d", 1)];
        await _region.ExpectMsgAsync<GetBalance>();
        await _region.ExpectMsgAsync<GetBalance>();
        Assert.False((await client.GetBalanceAsync("e", 1)).IsAvailable);
        answerTo.Tell(Recorded("b", 1, version: 1));
        Assert.All(await call.WaitAsync(Soon), outcome => Assert.Equal(OutcomeStatus.Recorded, outcome.Status));
        _time.Advance(Deadline);
        await Task.WhenAll(asked).WaitAsync(Soon);
        // All have left, once each.
        var three = client.RecordAsync([new("a", new Usage("u3", 1, 1)), new("a", new Usage("u4", 1, 1)), new("a", new Usage("u5", 1, 1))]);
        await _region.ExpectMsgAsync<RecordEntries>();
        Assert.False((await client.GetBalanceAsync("c", 1)).IsAvailable);
        _region.Reply(Recorded("a", 3, version: 3));
        await three.WaitAsync(Soon);
    }

    protected override void AfterAll()
    {
        _client.Dispose();
        base.AfterAll();
    }

    private static EntriesOutcome Recorded(string accountId, int entries, long version) =>
        new(accountId, [.. Enumerable.Repeat(new EntryOutcome(OutcomeStatus.Recorded, version), entries)]);

    /// <summary>A region that answers at once, but for one message: there it stands until it may go on.</summary>
    private sealed class StandsStill(int after) : MinimalActorRef, IDisposable
    {
        private readonly ManualResetEventSlim _mayGoOn = new();
        private readonly TaskCompletionSource _stoodStill = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<string> Told { get; } = [];

        public Task StoodStill => _stoodStill.Task;

        public override ActorPath Path => new RootActorPath(Address.AllSystems) / "region";

        public override IActorRefProvider Provider => throw new NotSupportedException();

        public void GoOn() => _mayGoOn.Set();

        public void Dispose()
        {
            _mayGoOn.Set();
            _mayGoOn.Dispose();
        }

        protected override void TellInternal(object message, IActorRef sender)
        {
            var record = (RecordEntries)message;
            Told.Add(record.AccountId);
            if (Told.Count == after)
            {
                _stoodStill.SetResult();
                _mayGoOn.Wait(Soon);
            }

            sender.Tell(Recorded(record.AccountId, record.Entries.Length, version: 1));
        }
    }

    private sealed class Sink : IOutcomeSink
    {
        private readonly List<(int Position, OutcomeStatus Status)> _told = [];

        public List<(int Position, OutcomeStatus Status)> Told
        {
            get
            {
                lock (_told)
                    return [.. _told];
            }
        }

        public void Decided(int position, EntryOutcome outcome)
        {
            lock (_told)
                _told.Add((position, outcome.Status));
        }
    }
}
