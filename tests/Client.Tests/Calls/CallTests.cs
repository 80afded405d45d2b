using Client.Tests.Running;
using GpuCredit.Client;

namespace Client.Tests.Calls;

/// <summary>Every outcome, from a real Host: the same over each transport.</summary>
public abstract class CallTests(IGpuCreditClient client)
{
    private static int _accounts;

    private string Account { get; } = $"calls-{Interlocked.Increment(ref _accounts)}";

    [Fact]
    public async Task What_is_new_is_recorded_and_then_a_duplicate()
    {
        var first = await client.AddCreditAsync(Account, "c", 10, 10, 30);
        var again = await client.AddCreditAsync(Account, "c", 10, 10, 30);
        Assert.Equal((OutcomeStatus.Recorded, 1), (first.Status, first.Version));
        Assert.Equal((OutcomeStatus.Duplicate, 1), (again.Status, again.Version));
        Assert.True(first.IsAcknowledged && again.IsAcknowledged);
    }

    [Fact]
    public async Task A_balance_is_what_remains_and_null_when_nothing_does()
    {
        await client.AddCreditAsync(Account, "c", 40, 10, 50);
        await client.UseCreditAsync(Account, "u", 30, 30);
        Assert.Equal(10, (await client.GetBalanceAsync(Account, 40)).Balance);
        var after = await client.GetBalanceAsync(Account, 61);
        Assert.Equal((BalanceStatus.Answered, 61, 2), (after.Status, after.At, after.Version));
        Assert.Null(after.Balance);
    }

    [Fact]
    public async Task A_balance_without_a_tick_is_that_of_now()
    {
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var answer = await client.GetBalanceAsync(Account);
        Assert.InRange(answer.At, before - 60_000, before + 60_000);
        Assert.Equal(0, answer.Version);
    }

    [Fact]
    public async Task A_conflict_shows_what_stands()
    {
        await client.AddCreditAsync(Account, "c", 10, 10, 30, priority: 7);
        await client.UseCreditAsync(Account, "u", 3, 12);
        var credit = await client.AddCreditAsync(Account, "c", 11, 10, 30, priority: 7);
        var usage = await client.UseCreditAsync(Account, "u", 4, 12);
        Assert.Equal(OutcomeStatus.Conflict, credit.Status);
        Assert.Equal(Entry.Credit(Account, "c", 10, 10, 30, 7), credit.Standing);
        Assert.Equal(Entry.Usage(Account, "u", 3, 12), usage.Standing);
        Assert.Contains("higher revision", usage.Detail, StringComparison.Ordinal);
        Assert.True(usage.IsRefused);
    }

    [Fact]
    public async Task A_higher_revision_supersedes()
    {
        await client.UseCreditAsync(Account, "u", 3, 12, revision: 2);
        Assert.Equal(OutcomeStatus.Superseded, (await client.UseCreditAsync(Account, "u", 9, 12)).Status);
        Assert.Equal(OutcomeStatus.Recorded, (await client.UseCreditAsync(Account, "u", 0, 12, revision: 3)).Status);
    }

    [Fact]
    public async Task A_rejection_names_the_field_and_the_rule()
    {
        var rejected = await client.AddCreditAsync(Account, "c", 10, 10, -1);
        Assert.Equal((OutcomeStatus.Rejected, "expiration", null), (rejected.Status, rejected.Field, rejected.Version));
        Assert.Equal("must be a whole number from 0 to 9007199254740991", rejected.Rule);
        Assert.Equal("expiration must be a whole number from 0 to 9007199254740991", rejected.Detail);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("with space")]
    [InlineData("")]
    [InlineData("é")]
    public async Task An_account_that_cannot_be_is_rejected(string accountId)
    {
        Assert.Equal((OutcomeStatus.Rejected, "accountId"), await StatusAndField(client.UseCreditAsync(accountId, "u", 1, 1)));
        var balance = await client.GetBalanceAsync(accountId, 1);
        Assert.Equal((BalanceStatus.Rejected, "accountId"), (balance.Status, balance.Field));
        Assert.Throws<InvalidOperationException>(() => balance.Balance);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a%2Fb")]
    [InlineData("a%252Fb")]
    [InlineData("a+b?c=d&e#f")]
    [InlineData("../up")]
    [InlineData("\"quoted\\\"")]
    [InlineData("...")]
    public async Task An_account_is_the_same_by_every_call_whatever_its_characters(string name)
    {
        var account = $"{name}{Account}";
        await client.AddCreditAsync(account, name, 10, 10, 30);
        Assert.Equal(10, (await client.GetBalanceAsync(account, 10)).Balance);
        var outcomes = await client.RecordAsync(new[] { Entry.Credit(account, name, 10, 10, 30), Entry.Usage(account, name, 4, 11) });
        Assert.Equal([OutcomeStatus.Duplicate, OutcomeStatus.Recorded], outcomes.Select(outcome => outcome.Status));
        Assert.Equal(6, (await client.GetBalanceAsync(account, 11)).Balance);
    }

    [Fact]
    public async Task Many_entries_have_each_its_outcome_in_order()
    {
        var entries = new[]
        {
            Entry.Credit(Account, "c", 10, 10, 30),
            Entry.Credit(Account, "c", 10, 10, 30),
            Entry.Credit(Account, "c", 11, 10, 30),
            Entry.Usage(Account, "u", -1, 10),
            Entry.Usage(Account, "u", 4, 10, revision: 1),
            Entry.Usage(Account, "u", 5, 10),
        };
        var outcomes = await client.RecordAsync(entries);
        Assert.Equal(
            [OutcomeStatus.Recorded, OutcomeStatus.Duplicate, OutcomeStatus.Conflict, OutcomeStatus.Rejected, OutcomeStatus.Recorded, OutcomeStatus.Superseded],
            outcomes.Select(outcome => outcome.Status));
        Assert.Equal(entries[0], outcomes[2].Standing);
        Assert.Equal("amount", outcomes[3].Field);
    }

    [Fact]
    public async Task More_entries_than_a_request_takes_go_in_several()
    {
        var entries = Enumerable.Range(0, 2_500).Select(i => Entry.Usage(Account, $"u{i}", 1, i)).ToArray();
        var outcomes = await client.RecordAsync(entries);
        Assert.Equal(2_500, outcomes.Count(outcome => outcome.Status == OutcomeStatus.Recorded));
    }

    [Fact]
    public async Task An_entry_without_ids_is_a_bug_of_the_callers()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => client.RecordAsync(new Entry[1]));
        await Assert.ThrowsAsync<ArgumentException>(() => client.UseCreditAsync(null!, "u", 1, 1));
    }

    private static async Task<(OutcomeStatus, string?)> StatusAndField(Task<EntryOutcome> call)
    {
        var outcome = await call;
        return (outcome.Status, outcome.Field);
    }
}

[Collection(SharedHost.Name)]
public sealed class HttpCallTests(HostFixture host) : CallTests(new HttpGpuCreditClient(new HttpClient { BaseAddress = host.Url }));

[Collection(SharedHost.Name)]
public sealed class GrpcCallTests(HostFixture host) : CallTests(new GrpcGpuCreditClient(host.GrpcUrl));
