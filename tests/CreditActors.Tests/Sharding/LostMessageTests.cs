using Akka.Actor;
using Akka.Hosting;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using CreditActors.Ledger;
using CreditActors.Protocol;
using CreditActors.Sharding;
using Microsoft.Extensions.Time.Testing;

namespace CreditActors.Tests.Sharding;

/// <summary>Sharding loses messages without a word when a shard moves or its node dies.</summary>
public sealed class LostMessageTests : TestKit
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(2);
    private static readonly Usage Usage = new("u", 1, 1);
    private static readonly EntriesOutcome Recorded = new("a", [new EntryOutcome(OutcomeStatus.Recorded, 7)]);
    private static readonly EntriesOutcome Duplicate = new("a", [new EntryOutcome(OutcomeStatus.Duplicate, 7)]);

    internal static NodeLife Member { get; } = new(Task.CompletedTask, TimeSpan.Zero, CancellationToken.None);

    private readonly FakeTimeProvider _time = new();
    private readonly TestProbe _region;
    private readonly AccountClient _client;

    public LostMessageTests()
    {
        _region = CreateTestProbe();
        _client = ClientOf(Member);
    }

    [Fact]
    public async Task An_entry_that_is_not_answered_is_sent_again_and_its_first_answer_counts()
    {
        var call = _client.RecordAsync("a", Usage);
        await _region.ExpectMsgAsync<UseCredit>();
        var answerTo = _region.LastSender;
        _time.Advance(TryAgainAfter);
        await _region.ExpectMsgAsync<UseCredit>();
        Assert.Equal(answerTo, _region.LastSender);
        answerTo.Tell(Recorded);
        answerTo.Tell(Duplicate);
        Assert.Equal(OutcomeStatus.Recorded, (await call).Status);
    }

    [Fact]
    public async Task A_question_is_asked_again_too()
    {
        var call = _client.GetBalanceAsync("a", 5);
        await _region.ExpectMsgAsync<GetBalance>();
        _time.Advance(TryAgainAfter);
        await _region.ExpectMsgAsync<GetBalance>();
        _region.Reply(new BalanceAnswer("a", 5, 10, 1));
        Assert.Equal(10, (await call).Answer?.Balance);
    }

    [Fact]
    public async Task The_tries_are_bounded()
    {
        using var cancel = new CancellationTokenSource();
        var call = _client.RecordAsync("a", Usage, cancel.Token);
        for (var tries = 1; tries <= 3; tries++)
        {
            await _region.ExpectMsgAsync<UseCredit>();
            _time.Advance(tries * TryAgainAfter);
        }

        for (var i = 0; i < 10; i++)
        {
            _time.Advance(TryAgainAfter);
            await _region.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(20));
        }

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task What_is_known_to_be_unavailable_is_not_asked_again()
    {
        var call = _client.RecordAsync("a", Usage);
        await _region.ExpectMsgAsync<UseCredit>();
        _region.Reply(new EntriesOutcome("a", [EntryOutcome.Unavailable]));
        Assert.Equal(EntryOutcome.Unavailable, await call);
        _time.Advance(TryAgainAfter);
        await _region.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task A_node_that_has_not_joined_says_so_soon_and_sends_nothing()
    {
        var joined = new TaskCompletionSource();
        var life = Member with { Joined = joined.Task, JoinWithin = TimeSpan.FromSeconds(1) };
        var client = ClientOf(life);
        var refused = client.RecordAsync("a", Usage);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(EntryOutcome.Unavailable, await refused.WaitAsync(TimeSpan.FromSeconds(20)));
        await _region.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(50));

        var taken = client.RecordAsync("a", Usage);
        joined.SetResult();
        await _region.ExpectMsgAsync<UseCredit>();
        _region.Reply(Recorded);
        Assert.Equal(OutcomeStatus.Recorded, (await taken).Status);
    }

    [Fact]
    public async Task When_the_actor_system_ends_nobody_waits_out_the_deadline()
    {
        using var ended = new CancellationTokenSource();
        var client = ClientOf(Member with { Ended = ended.Token });
        var entry = client.RecordAsync("a", Usage);
        var question = client.GetBalanceAsync("a", 5);
        await _region.ExpectMsgAsync<UseCredit>();
        await _region.ExpectMsgAsync<GetBalance>();
        await ended.CancelAsync();
        Assert.Equal(EntryOutcome.Unavailable, await entry.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.False((await question.WaitAsync(TimeSpan.FromSeconds(20))).IsAvailable);
    }

    private AccountClient ClientOf(NodeLife life) => Clients.Of(_region, new(Deadline, TryAgainAfter, TriesMax: 3, EntriesInFlightMax: 10), _time, life);

    internal sealed class KnownRegion(IActorRef region) : IRequiredActor<AccountRegion>
    {
        public IActorRef ActorRef => region;

        public Task<IActorRef> GetAsync(CancellationToken cancellationToken = default) => Task.FromResult(region);
    }
}
