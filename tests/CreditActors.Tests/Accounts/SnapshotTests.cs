using Akka.Persistence;
using CreditActors.Accounts;
using CreditActors.Ledger;
using CreditActors.Protocol;
using CreditActors.Tests.Ledger;
using CsCheck;
using Xunit.Abstractions;

namespace CreditActors.Tests.Accounts;

/// <summary>Accounts over a snapshot store that fails, forgets and dawdles: their answers never change.</summary>
public sealed class SnapshotTests : AccountTestKit
{
    public SnapshotTests(ITestOutputHelper output)
        : base(output) =>
        Settings = Settings with { Snapshot = new(CutEvents: 2, CutEntries: 2, RowEntriesMax: 40, LoadTimeout: TimeSpan.FromSeconds(30)) };

    [Fact]
    public async Task An_account_recovers_from_its_rows_and_the_events_after_them()
    {
        await Write("a", 101);
        Assert.InRange((await Rows("a")).Count, 2, 20);
        var reads = await CountEventsRead("a");
        Assert.Equal(1, reads);
    }

    [Fact]
    public async Task Replaced_rows_are_deleted_and_the_newest_lists_the_others()
    {
        await Write("a", 100);
        var rows = await Rows("a");
        Assert.Equal(rows.SkipLast(1).Select(row => row.Version), rows[^1].OlderVersions);
        Assert.Equal(100, rows.Sum(row => row.Entries.Count));
        Assert.Equal(rows.SkipLast(1).Sum(row => row.Entries.Count), rows[^1].OlderEntries);
    }

    [Fact]
    public async Task An_account_that_recovered_goes_on_with_the_rows_that_it_found()
    {
        await Write("a", 100);
        await Write("a", 100, first: 100);
        var rows = await Rows("a");
        Assert.Equal(rows.SkipLast(1).Select(row => row.Version), rows[^1].OlderVersions);
        Assert.Equal(200, rows.Sum(row => row.Entries.Count));
        Assert.Equal(0, await CountEventsRead("a"));
    }

    [Theory]
    [InlineData(20)] // before the first row that counts
    [InlineData(100)] // and between those that count
    public async Task Rows_whose_deletion_was_lost_are_deleted_when_the_account_is_back_and_grows(int events)
    {
        await Snapshots.OnDelete.Fail();
        var account = Account("a");
        for (var i = 0; i < events; i++)
            await Record(account, new Usage($"u{i}", 1, i));
        await AwaitConditionAsync(async () => (await Rows("a"))[^1].Version == events, TimeSpan.FromSeconds(20));
        await Stop(account);
        Assert.False(await Settled("a"));

        await Snapshots.OnDelete.Pass();
        Assert.Equal(0, await CountEventsRead("a"));
        await Write("a", 2, first: events);
        Assert.Equal(events + 2, (await Rows("a")).Sum(row => row.Entries.Count));
        Assert.Equal(0, await CountEventsRead("a"));
    }

    [Fact]
    public async Task An_account_that_stops_during_a_save_leaves_nothing_behind()
    {
        await Write("a", 14);
        var before = await Rows("a");
        var saving = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Snapshots.OnSave.SetInterceptorAsync(new HeldSaves(saving.Task));
        var account = Account("a");
        for (var i = 14; i < 16; i++)
            await Record(account, new Usage($"u{i}", 1, i));
        await Stop(account);
        saving.SetResult();
        await Snapshots.OnSave.Pass();
        await AwaitConditionAsync(async () => (await Rows("a"))[^1].Version == 16, TimeSpan.FromSeconds(20));
        Assert.Equal([.. before.Select(row => row.Version), 16], (await Rows("a")).Select(row => row.Version));

        await Write("a", 2, first: 16);
        Assert.Equal(18, (await Rows("a")).Sum(row => row.Entries.Count));
    }

    [Fact]
    public async Task Saves_that_fail_cost_nothing_but_time()
    {
        await Snapshots.OnSave.Fail();
        await Write("a", 20);
        Assert.Empty(await Rows("a"));
        await Snapshots.OnSave.Pass();
        await Write("a", 20, first: 20);
        Assert.NotEmpty(await Rows("a"));
        Assert.Equal(40, (await Rows("a")).Sum(row => row.Entries.Count));
    }

    [Fact]
    public async Task When_a_row_is_gone_the_account_is_built_from_its_events_and_saved_anew()
    {
        await Write("a", 100);
        var rows = await Rows("a");
        await Delete("a", rows[1].Version);
        var account = Account("a");
        Assert.Equal(100, (await Balance(account, 5)).Version);
        Assert.Equal(OutcomeStatus.Duplicate, (await Record(account, new Usage("u0", 1, 0))).Status);
        await AwaitAssertAsync(async () =>
        {
            var anew = await Rows("a");
            Assert.Equal(100, anew.Sum(row => row.Entries.Count));
            Assert.Equal(anew.SkipLast(1).Select(row => row.Version), anew[^1].OlderVersions);
        });
    }

    /// <summary>An earlier incarnation, which had other rows, was slow, or paused, with its save under way.</summary>
    [Fact]
    public async Task A_row_that_was_saved_late_in_place_of_one_that_holds_more_is_not_taken_for_it()
    {
        await Write("a", 100);
        var rows = await Rows("a");
        await Save("a", rows[1] with { OlderVersions = [rows[0].Version, rows[1].Version - 1], Entries = PackedEntries.Of([.. rows[1].Entries.TakeLast(1)]) });
        var account = Account("a");
        for (var i = 0; i < 100; i++)
            Assert.Equal(OutcomeStatus.Duplicate, (await Record(account, new Usage($"u{i}", 1, i))).Status);
    }

    [Fact]
    public async Task When_snapshots_cannot_be_read_the_account_is_built_from_its_events()
    {
        await Write("a", 100);
        await Snapshots.OnLoad.Fail();
        Assert.Equal(100, (await Balance(Account("a"), 5)).Version);
    }

    [Fact]
    public async Task When_only_the_older_rows_cannot_be_read_the_account_is_built_from_its_events()
    {
        await Write("a", 100);
        var newest = (await Rows("a"))[^1].Version;
        await Snapshots.OnLoad.SetInterceptorAsync(new OldRows(newest, until: Task.FromException(new InvalidDataException("unreadable"))));
        Assert.Equal(100, (await Balance(Account("a"), 5)).Version);
    }

    [Fact]
    public async Task When_an_older_row_does_not_come_the_account_is_built_from_its_events()
    {
        Settings = Settings with { Snapshot = Settings.Snapshot with { LoadTimeout = TimeSpan.FromMilliseconds(100) } };
        await Write("a", 100);
        var newest = (await Rows("a"))[^1].Version;
        await Snapshots.OnLoad.SetInterceptorAsync(new OldRows(newest, until: Task.Delay(Timeout.Infinite)));
        Assert.Equal(100, (await Balance(Account("a"), 5)).Version);
    }

    [Fact]
    public async Task Commands_wait_while_older_rows_are_read_in_the_order_in_which_they_came()
    {
        await Write("a", 100);
        var newest = (await Rows("a"))[^1].Version;
        var reading = new TaskCompletionSource();
        await Snapshots.OnLoad.SetInterceptorAsync(new OldRows(newest, reading.Task));
        var account = Account("a");
        account.Tell(Command(new Usage("u0", 2, 0)), TestActor);
        account.Tell(Command(new Usage("new", 1, 0)), TestActor);
        account.Tell(Command(new Usage("new", 1, 0)), TestActor);
        account.Tell(StopAccount.Instance, TestActor);
        await WatchAsync(account);
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
        reading.SetResult();
        foreach (var expected in new[] { OutcomeStatus.Conflict, OutcomeStatus.Recorded, OutcomeStatus.Duplicate })
            Assert.Equal(expected, Assert.Single((await ExpectMsgAsync<EntriesOutcome>()).Outcomes).Status);
        await ExpectTerminatedAsync(account);
    }

    [Fact]
    public async Task More_commands_than_may_wait_while_rows_are_read_are_unavailable()
    {
        Settings = Settings with { WaitingEntriesMax = 2 };
        await Write("a", 100);
        var newest = (await Rows("a"))[^1].Version;
        var reading = new TaskCompletionSource();
        await Snapshots.OnLoad.SetInterceptorAsync(new OldRows(newest, reading.Task));
        var account = Account("a");
        for (var i = 0; i < 3; i++)
            account.Tell(Command(new Usage("u0", 1, 0)), TestActor);
        Assert.Equal(EntryOutcome.Unavailable, Assert.Single((await ExpectMsgAsync<EntriesOutcome>()).Outcomes));
        reading.SetResult();
        for (var i = 0; i < 2; i++)
            Assert.Equal(OutcomeStatus.Duplicate, Assert.Single((await ExpectMsgAsync<EntriesOutcome>()).Outcomes).Status);
    }

    /// <summary>L3 over whole lives: random entries and amendments, restarts, and rows dropped at random.</summary>
    [Fact]
    public async Task Dropping_any_rows_changes_no_answer()
    {
        var life = 0;
        await Gen.Select(Entries.Crowded.Array[1, 4].Array[20, 60], Gen.Int[0, 99].Array[3]).SampleAsync(
            async (events, drops) =>
            {
                var id = $"life{Interlocked.Increment(ref life)}";
                var taken = new List<Entry>();
                foreach (var part in events.Chunk(Math.Max(1, events.Length / 3)))
                {
                    var account = Account(id);
                    foreach (var entries in part)
                    {
                        account.Tell(new RecordEntries(id, [.. entries]), TestActor);
                        var outcome = await ExpectMsgAsync<EntriesOutcome>();
                        taken.AddRange(entries.Where((_, i) => outcome.Outcomes[i].Status == OutcomeStatus.Recorded));
                    }

                    await Stop(account);
                    var rows = await Rows(id);
                    if (rows.Count > 0 && drops[0] % 2 == 0)
                        await Delete(id, rows[drops[1] % rows.Count].Version);
                }

                var recovered = Account(id);
                foreach (var at in Oracle.InterestingTimes(taken))
                    Assert.Equal((at, (long)Oracle.At(taken, at).Balance), (at, (await Balance(recovered, at)).Balance));
                foreach (var entry in Oracle.Standing(taken))
                    Assert.Equal(OutcomeStatus.Duplicate, (await Record(recovered, entry)).Status);
                await Stop(recovered);
            },
            iter: Effort.Samples(25),
            threads: 1);
    }

    private async Task Write(string id, int count, int first = 0)
    {
        var account = Account(id);
        for (var i = first; i < first + count; i++)
            Assert.Equal(OutcomeStatus.Recorded, (await Record(account, new Usage($"u{i}", 1, i))).Status);
        // The last save and its deletions are still under way; a stopped account would not hear of them.
        await AwaitConditionAsync(() => Settled(id), TimeSpan.FromSeconds(20));
        await Stop(account);
    }

    private async Task<bool> Settled(string id)
    {
        var rows = await Rows(id);
        return rows.Count == 0 || rows.SkipLast(1).Select(row => row.Version).SequenceEqual(rows[^1].OlderVersions);
    }

    private sealed class HeldSaves(Task until) : Akka.Persistence.TestKit.ISnapshotStoreInterceptor
    {
        public Task InterceptAsync(string persistenceId, SnapshotSelectionCriteria criteria) => until;
    }

    private sealed class OldRows(long newest, Task until) : Akka.Persistence.TestKit.ISnapshotStoreInterceptor
    {
        public Task InterceptAsync(string persistenceId, SnapshotSelectionCriteria criteria) =>
            criteria.MaxSequenceNr < newest ? until : Task.CompletedTask;
    }
}
