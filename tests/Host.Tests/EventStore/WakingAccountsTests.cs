using Akka.Actor;
using Akka.TestKit.Xunit2;
using GpuCredit.Host.EventStore.Rows;

namespace Host.Tests.EventStore;

/// <summary>What was read ahead is used once, by who asked for it, while it is true; and it doesn't pile up.</summary>
public sealed class WakingAccountsTests : TestKit
{
    private const string Account = "account-a";

    private readonly WakingAccounts _waking = new(accountsMax: 3, bytesMax: 100);
    private readonly TaskCompletionSource _write = new();

    [Fact]
    public void What_was_read_is_given_once_to_who_asked_for_it()
    {
        var read = Read();
        Wake(Account, TestActor, read);

        Assert.Same(read, _waking.Take(Account, TestActor, 1));
        Assert.Null(_waking.Take(Account, TestActor, 1));
        Assert.Equal((0, 0L), (_waking.Count, _waking.Bytes));
    }

    [Fact]
    public void Who_asks_for_other_events_or_is_another_incarnation_gets_nothing_and_it_is_gone()
    {
        Wake(Account, TestActor, Read(from: 5));
        Assert.Null(_waking.Take(Account, TestActor, 4));
        Assert.Null(_waking.Take(Account, TestActor, 5));

        Wake(Account, TestActor, Read());
        Assert.Null(_waking.Take(Account, CreateTestProbe(), 1));
        Assert.Null(_waking.Take(Account, TestActor, 1));
    }

    [Fact]
    public void A_write_that_is_under_way_lets_nothing_be_kept_until_it_is_over()
    {
        _waking.WriteBegins(Account, _write.Task);
        Assert.Null(_waking.Begin(Account, TestActor));

        _waking.WriteEnded(Account, _write.Task);
        Assert.NotNull(_waking.Begin(Account, TestActor));
    }

    [Fact]
    public void A_write_that_has_begun_since_makes_what_was_read_worthless_before_and_after_it_is_over()
    {
        var read = Read();
        Wake(Account, TestActor, read);
        _waking.WriteBegins(Account, _write.Task);
        Assert.Null(_waking.Take(Account, TestActor, 1));
        _waking.WriteEnded(Account, _write.Task);

        // As it is while the question is at the store.
        var waking = _waking.Begin(Account, TestActor)!;
        _waking.WriteBegins(Account, _write.Task);
        _waking.WriteEnded(Account, _write.Task);
        _waking.Keep(waking, read);
        Assert.Null(_waking.Take(Account, TestActor, 1));
        Assert.Equal((0, 0L), (_waking.Count, _waking.Bytes));
    }

    [Fact]
    public void A_write_of_another_account_changes_nothing()
    {
        var read = Read();
        Wake(Account, TestActor, read);
        _waking.WriteBegins("another", _write.Task);

        Assert.Same(read, _waking.Take(Account, TestActor, 1));
    }

    [Fact]
    public void Only_the_newest_question_of_an_account_counts()
    {
        var first = _waking.Begin(Account, TestActor)!;
        var second = _waking.Begin(Account, TestActor)!;
        var read = Read();
        _waking.Keep(second, read);
        _waking.Keep(first, Read());

        Assert.Same(read, _waking.Take(Account, TestActor, 1));
        Wake(Account, TestActor, Read());
        _waking.Drop(Account);
        Assert.Null(_waking.Take(Account, TestActor, 1));
    }

    [Fact]
    public void Beyond_so_many_accounts_and_so_many_bytes_the_oldest_are_dropped()
    {
        foreach (var id in new[] { "1", "2", "3", "4" })
            Wake(id, TestActor, Read(bytes: 10));
        Assert.Equal((3, 30L), (_waking.Count, _waking.Bytes));
        Assert.Null(_waking.Take("1", TestActor, 1));

        Wake("5", TestActor, Read(bytes: 85));
        Assert.Equal((2, 95L), (_waking.Count, _waking.Bytes));
        Assert.NotNull(_waking.Take("4", TestActor, 1));
        Assert.NotNull(_waking.Take("5", TestActor, 1));

        Wake("6", TestActor, Read(bytes: 101));
        Assert.Equal((0, 0L), (_waking.Count, _waking.Bytes));
    }

    [Fact]
    public async Task The_end_of_the_newest_write_is_waited_for()
    {
        Assert.True(_waking.WriteOverAsync(Account).IsCompleted);
        _waking.WriteBegins(Account, _write.Task);
        _waking.WriteEnded(Account, Task.CompletedTask); // of one before it
        Assert.False(_waking.WriteOverAsync(Account).IsCompleted);

        _write.SetResult();
        await _waking.WriteOverAsync(Account);
    }

    private void Wake(string persistenceId, IActorRef actor, EventsRead read) => _waking.Keep(_waking.Begin(persistenceId, actor)!, read);

    private static EventsRead Read(long from = 1, long bytes = 0) => new(from, 10, [], bytes);
}
