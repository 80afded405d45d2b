using Akka.Actor;
using Akka.Persistence;
using CreditActors.Accounts;
using CreditActors.Ledger;
using CreditActors.Protocol;
using CreditActors.Tests.Ledger;
using CsCheck;
using Xunit.Abstractions;

namespace CreditActors.Tests.Accounts;

/// <summary>Accounts with a horizon of 100 ticks, or another, or none, before one event store.</summary>
public sealed class HorizonTests : AccountTestKit
{
    private const long Length = 100;
    private static readonly Credit Runs = new("runs", 1_000, 0, 10_000);

    public HorizonTests(ITestOutputHelper output)
        : base(output) =>
        Settings = Settings with { Horizon = Length, ClosingPortionEntries = 3, Snapshot = new(CutEvents: 2, CutEntries: 2, RowEntriesMax: 40, LoadTimeout: TimeSpan.FromSeconds(30)) };

    [Fact]
    public async Task What_is_before_the_horizon_is_late_and_what_is_on_it_is_recorded()
    {
        Clock.Tick = 150;
        var account = Account("a");
        Assert.Equal(new EntryOutcome(OutcomeStatus.Late, 0), await Record(account, new Usage("u", 1, 49)));
        Assert.Equal(new EntryOutcome(OutcomeStatus.Recorded, 1), await Record(account, new Usage("u", 1, 50)));
        Clock.Tick = 151;
        Assert.Equal(new EntryOutcome(OutcomeStatus.Late, 1), await Record(account, new Usage("u", 1, 60, Revision: 1)));
        Assert.Equal(OutcomeStatus.Duplicate, (await Record(account, new Usage("u", 1, 50))).Status);
        Assert.Equal(OutcomeStatus.Conflict, (await Record(account, new Usage("u", 2, 50))).Status);
        Assert.Equal(OutcomeStatus.Rejected, (await Record(account, new Usage("v", 0, 49))).Status);
        Assert.Equal(1, (await Balance(account, 0)).Version); // nothing is closed by a refusal
    }

    [Fact]
    public async Task A_write_closes_the_books_when_the_horizon_has_moved_by_an_eighth_and_there_is_something_to_fold()
    {
        await Open("a");
        var account = Account("a");
        await CloseAt(105, new Closing(5, ForgetThrough: -95));
        Assert.All((await Stored("a")).SkipLast(1), stored => Assert.Null(stored.Closing));
        await UntilClosed("a", horizon: 5);
        await CloseAt(116, null); // not an eighth of the length on, although there is something to fold
        await CloseAt(117, new Closing(17, ForgetThrough: -83));
        await UntilClosed("a", horizon: 17);
        await CloseAt(130, null); // an eighth on, and nothing to fold

        async Task CloseAt(long tick, Closing? closing)
        {
            Clock.Tick = tick;
            await Record(account, new Usage($"at{tick}", 1, tick));
            Assert.Equal(closing, (await Stored("a"))[^1].Closing);
        }
    }

    [Fact]
    public async Task An_entry_that_is_stamped_far_ahead_closes_nothing()
    {
        await Open("a");
        var account = Account("a");
        await Record(account, new Usage("ahead", 1, Limits.TicksMax));
        Assert.Equal(OutcomeStatus.Recorded, (await Record(account, new Usage("now", 1, 90))).Status);
        Assert.All(await Stored("a"), stored => Assert.Null(stored.Closing));
    }

    [Fact]
    public async Task A_question_before_the_closed_horizon_is_refused_and_one_on_it_is_exact()
    {
        await Open("a");
        Clock.Tick = 111;
        var account = Account("a");
        Assert.Equal(990, (await Balance(account, 10)).Balance); // closed by a write only
        await Record(account, new Usage("later", 1, 111));
        account.Tell(new GetBalance("a", 10), TestActor);
        Assert.Equal(new BeforeHorizon("a", 10, 11), await ExpectMsgAsync<BeforeHorizon>());
        Assert.Equal(990, (await Balance(account, 11)).Balance);
        Assert.Equal(989, (await Balance(account, 111)).Balance);
    }

    [Fact]
    public async Task What_was_folded_is_a_duplicate_for_one_more_length_and_then_late()
    {
        await Open("a");
        Clock.Tick = 111;
        var account = Account("a");
        await Record(account, new Usage("later", 1, 111));
        await UntilClosed("a");
        await Stop(account);

        account = Account("a");
        Assert.Equal(OutcomeStatus.Duplicate, (await Record(account, new Usage("u0", 1, 0))).Status);
        Assert.Equal(OutcomeStatus.Late, (await Record(account, new Usage("u0", 2, 0))).Status);
        Assert.Equal(OutcomeStatus.Duplicate, (await Record(account, Runs)).Status);
        Assert.Equal(OutcomeStatus.Recorded, (await Record(account, Runs with { Amount = 500, Revision = 1 })).Status);
        Assert.Equal(489, (await Balance(account, 111)).Balance);

        Clock.Tick = 211; // the horizon has moved by its length since they left
        Assert.Equal(OutcomeStatus.Recorded, (await Record(account, new Usage("last", 1, 211))).Status);
        await UntilClosed("a", horizon: 111);
        Assert.Equal(OutcomeStatus.Late, (await Record(account, new Usage("u0", 1, 0))).Status);
        Assert.Equal(OutcomeStatus.Duplicate, (await Record(account, Runs with { Amount = 500, Revision = 1 })).Status);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1L)]
    [InlineData(5_000L)]
    public async Task The_books_stay_closed_as_they_were_whatever_the_setting_and_the_clock_are_then(long? length)
    {
        await Open("a");
        Clock.Tick = 111;
        var account = Account("a");
        await Record(account, new Usage("later", 1, 111));
        await Stop(account);

        (Settings, Clock.Tick) = (Settings with { Horizon = length }, 5);
        account = Account("a");
        account.Tell(new GetBalance("a", 10), TestActor);
        Assert.Equal(11, (await ExpectMsgAsync<BeforeHorizon>()).Horizon);
        Assert.Equal(989, (await Balance(account, 111)).Balance);
        Assert.Equal(OutcomeStatus.Late, (await Record(account, new Usage("x", 1, 10))).Status);
        Assert.Equal(OutcomeStatus.Recorded, (await Record(account, new Usage("x", 1, 11))).Status);
        Assert.Single(await Stored("a"), stored => stored.Closing is not null);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_entry_that_is_late_only_by_a_closing_on_its_way_waits_for_it(bool isStored)
    {
        await Open("a");
        Clock.Tick = 111;
        var account = Account("a");
        var held = await HoldWrites();
        account.Tell(Command(new Usage("later", 1, 111)), TestActor);
        await Balance(account, 500);
        Clock.Tick = 50; // the clock goes back
        account.Tell(Command(new Usage("x", 1, 10)), TestActor);
        await Balance(account, 500); // not answered before it
        if (isStored)
        {
            held.SetResult();
            foreach (var expected in new[] { OutcomeStatus.Recorded, OutcomeStatus.Late })
                Assert.Equal(new EntryOutcome(expected, 12), Assert.Single((await ExpectMsgAsync<EntriesOutcome>()).Outcomes));
            return;
        }

        held.SetException(new Akka.Persistence.TestKit.TestJournalFailureException());
        for (var i = 0; i < 2; i++)
            Assert.Equal(EntryOutcome.Unavailable, Assert.Single((await ExpectMsgAsync<EntriesOutcome>()).Outcomes));
        await Events.OnWrite.Pass();
        account = Sys.ActorOf(AccountActor.Props("a", AccountNode.Of(Sys, Settings, StoreGates.Of(Settings, Sys.Scheduler), Clock)));
        Assert.Equal(OutcomeStatus.Recorded, (await Record(account, new Usage("x", 1, 10))).Status);
    }

    [Fact]
    public async Task A_snapshot_begins_anew_with_the_closed_books_and_recovery_reads_no_event_before_it()
    {
        await Open("a", usages: 500);
        Clock.Tick = 1_000;
        var account = Account("a");
        await Record(account, new Usage("later", 1, 1_000));
        await UntilClosed("a");
        var rows = await Rows("a");
        Assert.Equal([(true, false), (false, false), (false, false), (false, true)], rows.Select(row => (row.Books!.Head is not null, row.Books.IsLast)));
        Assert.Equal((2, 500), (rows.Sum(row => row.Entries.Count), rows.Sum(row => row.Books!.Ids.Sum(ids => ids.Digests.Length))));
        Assert.Equal(0, await CountEventsRead("a"));
        await Stop(account);

        account = Account("a");
        for (var i = 0; i < 6; i++)
            await Record(account, new Usage($"v{i}", 1, 1_000));
        await AwaitConditionAsync(async () => (await Rows("a"))[^1].Version >= 505, TimeSpan.FromSeconds(20));
        Assert.Equal(rows.Select(row => row.Version), (await Rows("a"))[^1].OlderVersions.Take(4));
        await Stop(account);
        Assert.InRange(await CountEventsRead("a"), 0, 2);
        Assert.Equal(1_000 - 500 - 7, (await Balance(Account("a"), 1_000)).Balance);
    }

    [Fact]
    public async Task A_snapshot_whose_last_row_was_never_saved_is_no_snapshot()
    {
        await Open("a", usages: 500);
        await Snapshots.OnSave.SetInterceptorAsync(new FirstSaves(2));
        Clock.Tick = 1_000;
        var account = Account("a");
        await Record(account, new Usage("later", 1, 1_000));
        await AwaitConditionAsync(async () => (await Rows("a")) is [.., { IsFragment: true }] rows && rows.Count == 2, TimeSpan.FromSeconds(20));
        await Stop(account);

        await Snapshots.OnSave.Pass();
        account = Account("a");
        Assert.Equal(499, (await Balance(account, 1_000)).Balance);
        Assert.Equal(OutcomeStatus.Duplicate, (await Record(account, new Usage("u0", 1, 0))).Status);
        await UntilClosed("a");
        Assert.Equal(4, (await Rows("a")).Count);
    }

    /// <summary>An earlier incarnation, on another node perhaps, was slow with its save of a row from before the closing.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_row_from_before_the_closing_that_was_saved_late_in_place_of_one_after_it_is_not_taken_for_it(int place)
    {
        await Open("a", usages: 500);
        Clock.Tick = 1_000;
        var account = Account("a");
        await Record(account, new Usage("later", 1, 1_000));
        await UntilClosed("a");
        await Stop(account);
        var rows = await Rows("a");
        Assert.Equal(4, rows.Count);
        await Save("a", rows[place] with { Books = null, Entries = [Runs, .. Enumerable.Range(0, 40).Select(i => new Usage($"u{i}", 1, i))] });

        account = Account("a");
        Assert.Equal(499, (await Balance(account, 1_000)).Balance);
        for (var i = 0; i < 500; i++)
            Assert.Equal(OutcomeStatus.Duplicate, (await Record(account, new Usage($"u{i}", 1, i))).Status);
    }

    [Fact]
    public async Task Entries_and_questions_are_answered_while_a_closing_is_carried_out()
    {
        Settings = Settings with { ClosingPortionEntries = 1 };
        await Open("a", usages: 500);
        Clock.Tick = 1_000;
        var account = Account("a");
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(OutcomeStatus.Recorded, (await Record(account, new Usage($"v{i}", 1, 1_000))).Status);
            Assert.Equal(499 - i, (await Balance(account, 1_000)).Balance);
        }

        await UntilClosed("a");
        await Stop(account);
        Assert.Equal(480, (await Balance(Account("a"), 1_000)).Balance);
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_a_closing_which_the_next_incarnation_carries_out()
    {
        await Open("a");
        Clock.Tick = 111;
        var account = Account("a");
        await Balance(account, 0);
        var held = await HoldWrites();
        account.Tell(Command(new Usage("later", 1, 111)), TestActor);
        account.Tell(StopAccount.Instance);
        await WatchAsync(account);
        held.SetResult();
        Assert.Equal(new EntryOutcome(OutcomeStatus.Recorded, 12), Assert.Single((await ExpectMsgAsync<EntriesOutcome>()).Outcomes));
        await ExpectTerminatedAsync(account);
        Assert.DoesNotContain(await Rows("a"), row => row.Books is not null);

        await Events.OnWrite.Pass();
        Assert.Equal(989, (await Balance(Account("a"), 111)).Balance);
        await UntilClosed("a");
    }

    /// <summary>
    /// Random entries and amendments, incarnations that are stopped at any moment, some of them without the setting, rows dropped at random, and a
    /// clock that goes on: every outcome and every balance from the horizon on is the law's.
    /// </summary>
    [Fact]
    public async Task Whole_lives_with_closings_are_those_of_accounts_that_close_nothing()
    {
        var life = 0;
        await Gen.Select(Entries.Crowded.Array[1, 4].Array[20, 60], Gen.Int[0, 99].Array[8], Gen.Int[1, 6]).SampleAsync(
            async (events, luck, portion) =>
            {
                const long length = 20;
                var id = $"life{Interlocked.Increment(ref life)}";
                var recorded = new List<Entry>();
                Clock.Tick = length;
                var closed = long.MinValue;
                foreach (var (part, index) in events.Chunk(Math.Max(1, events.Length / 4)).Select((part, index) => (part, index)))
                {
                    Settings = Settings with { Horizon = luck[index % 8] % 4 == 0 ? null : length, ClosingPortionEntries = portion };
                    var account = Account(id);
                    foreach (var entries in part)
                    {
                        account.Tell(new RecordEntries(id, [.. entries]), TestActor);
                        var outcome = await ExpectMsgAsync<EntriesOutcome>();
                        var horizon = Settings.Horizon is null ? closed : Clock.Tick - length;
                        for (var i = 0; i < entries.Length; i++)
                            Judge(entries[i], outcome.Outcomes[i].Status, recorded, horizon);
                        if (Clock.Tick < (2 * length) - 1)
                            Clock.Tick += entries.Length % 2;
                    }

                    await Stop(account);
                    closed = (await Stored(id)).Max(stored => stored.Closing?.Horizon) ?? closed;
                    var rows = await Rows(id);
                    if (rows.Count > 0 && luck[(index + 4) % 8] % 3 == 0)
                        await Delete(id, rows[luck[(index + 5) % 8] % rows.Count].Version);
                }

                Settings = Settings with { Horizon = null };
                var recovered = Account(id);
                foreach (var at in Oracle.InterestingTimes(recorded).Append(Math.Max(closed, 0)).Where(at => at >= closed))
                    Assert.Equal((at, (long)Oracle.At(recorded, at).Balance), (at, (await Balance(recovered, at)).Balance));
                foreach (var entry in Oracle.Standing(recorded))
                    Assert.Equal(OutcomeStatus.Duplicate, (await Record(recovered, entry)).Status);
                await Stop(recovered);
            },
            iter: Effort.Samples(40),
            threads: 1);

        static void Judge(Entry entry, OutcomeStatus told, List<Entry> recorded, long horizon)
        {
            var expected = HorizonModel.Decide(entry, recorded, horizon, isGone: _ => false);
            // Whether what is closed can still be shown depends on how far the closing is carried out.
            if (expected == OutcomeStatus.Conflict && HorizonModel.Decide(entry, recorded, horizon, isGone: gone => gone.Timestamp < horizon) == told)
                return;
            Assert.True(expected == told, $"{Script.Print([entry])} with the horizon at {horizon}: expected {expected}, told {told}");
            if (told == OutcomeStatus.Recorded)
                recorded.Add(entry);
        }
    }

    /// <summary>A credit that goes on running, and usages of 1 at 0, 1, 2, …, stored under no horizon.</summary>
    private async Task Open(string id, int usages = 10)
    {
        var settings = Settings;
        Settings = settings with { Horizon = null };
        var account = Account(id);
        await Record(account, Runs);
        for (var i = 0; i < usages; i++)
            await Record(account, new Usage($"u{i}", 1, i));
        await Stop(account);
        Settings = settings;
    }

    /// <summary>The closing is carried out, and the snapshot has begun anew.</summary>
    private Task UntilClosed(string id, long? horizon = null) => AwaitConditionAsync(
        async () => await Rows(id) is [{ Books.Head: { } head }, ..] rows && rows.Any(row => row.Books is { IsLast: true }) && (horizon is null || head.Horizon == horizon),
        TimeSpan.FromSeconds(20));

    private sealed class FirstSaves(int count) : Akka.Persistence.TestKit.ISnapshotStoreInterceptor
    {
        private int _saves;

        public Task InterceptAsync(string persistenceId, SnapshotSelectionCriteria criteria) =>
            Interlocked.Increment(ref _saves) <= count ? Task.CompletedTask : Task.FromException(new InvalidOperationException("the disk is full"));
    }
}
