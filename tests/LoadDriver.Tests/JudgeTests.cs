using EndToEnd.Tests.Law;
using GpuCredit.Client;
using LoadDriver.Doors;
using LoadDriver.Judging;
using LoadDriver.Measuring;
using LoadDriver.Running;
using LoadDriver.Settings;
using LoadDriver.Work;
using Entry = GpuCredit.Client.Entry;

namespace LoadDriver.Tests;

public sealed class JudgeTests
{
    private static readonly LoadOptions Options = new() { Accounts = 5, Count = 2_000, Check = 5, Credits = 0.1, Late = 0.3, LateBy = 200, Start = 0, Patience = TimeSpan.Zero };

    private static readonly EntryOutcome Recorded = new() { Status = OutcomeStatus.Recorded, Version = 1 };

    [Fact]
    public void The_sweep_says_what_the_oracle_says()
    {
        var random = new Random(5);
        for (var sample = 0; sample < 300; sample++)
        {
            // Few ticks, so that times, ends and priorities collide.
            var entries = Enumerable.Range(0, random.Next(40)).Select(number => random.Next(3) == 0
                ? new PlannedEntry(0, number, IsCredit: true, random.Next(20), random.Next(1, 50), random.Next(12), random.Next(2))
                : new PlannedEntry(0, number, IsCredit: false, random.Next(20), random.Next(1, 30))).ToList();
            long[] instants = [.. Enumerable.Range(-1, 36)];

            Assert.Equal(instants.Select(at => Oracle.BalanceAt(entries.Select(Edition), at) ?? 0), LawSweep.BalancesAt(entries, instants));
        }
    }

    [Fact]
    public async Task What_a_true_ledger_answers_is_right_and_an_entry_left_out_is_found_by_its_balance_and_as_missing()
    {
        Assert.True((await JudgeAsync(leaveOut: _ => false)).IsGood);

        var usage = await JudgeAsync(leaveOut: entry => entry is { Account: 1, IsCredit: false, Amount: > 90 });
        Assert.Contains(usage.Violations, sentence => sentence.StartsWith("the balance of load-1 at ", StringComparison.Ordinal));
        Assert.Contains(usage.Violations, sentence => sentence.EndsWith(" was acknowledged, and was missing", StringComparison.Ordinal));

        var credit = await JudgeAsync(leaveOut: entry => entry is { Account: 0, IsCredit: true, Timestamp: < 0 });
        Assert.Contains(credit.Violations, sentence => sentence.StartsWith("the balance of load-0 at ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_nobody_answered_for_may_be_stored_or_not()
    {
        Assert.True((await JudgeAsync(leaveOut: entry => entry.Number % 10 == 0, isUnknown: entry => entry.Number % 10 == 0)).IsGood);
        Assert.True((await JudgeAsync(leaveOut: _ => false, isUnknown: entry => entry.Number % 10 == 0)).IsGood);
    }

    [Fact]
    public async Task When_the_books_are_full_what_was_before_is_judged_still()
    {
        var verdict = await JudgeAsync(leaveOut: _ => false, keptMax: 500);
        Assert.True(verdict.IsGood);
        Assert.True(verdict.Balances > 20);
        Assert.False((await JudgeAsync(leaveOut: entry => entry is { Number: < 400, IsCredit: false }, keptMax: 500)).IsGood);
    }

    private static async Task<Verdict> JudgeAsync(Func<PlannedEntry, bool> leaveOut, Func<PlannedEntry, bool>? isUnknown = null, int keptMax = LoadOptions.KeptMax)
    {
        var books = new Books(Options, keptMax);
        var ledger = new OracleLedger();
        var workload = new Workload(Options);
        while (workload.Next() is { } request)
        {
            foreach (var entry in request.Entries)
            {
                books.Plan(entry);
                if (isUnknown?.Invoke(entry) != true)
                    books.Decide(entry, Recorded);
                if (!leaveOut(entry))
                    await ledger.RecordAsync([entry.ToEntry(Options.AccountId(entry.Account))]);
            }
        }

        return await new LawCheck(new PatientDoor(ledger, Options.Patience, new Tally()), Options, books, workload.Now).RunAsync();
    }

    private static Edition Edition(PlannedEntry entry) => new("a", entry.IsCredit, entry.Id, entry.Amount, entry.Timestamp, entry.Expiration, entry.Priority);

    /// <summary>A ledger that is the oracle.</summary>
    private sealed class OracleLedger : ILoadDoor
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<string, Dictionary<(bool, string), Edition>> _accounts = [];

        public Task<IReadOnlyList<EntryOutcome>> RecordAsync(Entry[] entries)
        {
            lock (_gate)
            {
                return Task.FromResult<IReadOnlyList<EntryOutcome>>([.. entries.Select(entry =>
                {
                    if (!_accounts.TryGetValue(entry.AccountId, out var account))
                        _accounts[entry.AccountId] = account = [];
                    var isCredit = entry.Kind == EntryKind.Credit;
                    var edition = new Edition(entry.AccountId, isCredit, entry.Id, entry.Amount, entry.Timestamp, entry.Expiration, entry.Priority);
                    return account.TryAdd((isCredit, entry.Id), edition) ? Recorded : Recorded with { Status = OutcomeStatus.Duplicate };
                })]);
            }
        }

        public Task<BalanceOutcome> AskAsync(string accountId, long at)
        {
            lock (_gate)
            {
                return Task.FromResult(new BalanceOutcome
                {
                    Status = BalanceStatus.Answered, At = at, Version = 1, Balance = _accounts.TryGetValue(accountId, out var account) ? Oracle.BalanceAt(account.Values, at) : null,
                });
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
