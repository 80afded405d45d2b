using GpuCredit.Client;
using LoadDriver.Running;
using LoadDriver.Settings;
using LoadDriver.Work;
using PeerBench.Work;

namespace LoadDriver.Judging;

/// <summary>
/// After the run, when nothing is under way: the balances of the sample are asked at several instants and compared with the law over the entries
/// that were acknowledged; and some of those are sent once more, since one that is missing answers "recorded", also where it changes no balance.
/// </summary>
internal sealed class LawCheck(PatientDoor door, LoadOptions options, Books books, long now)
{
    private const int AtOnce = 16;
    private const int CreditsEachAccount = 4;
    private const int ResentMax = 5_000;
    private const int RequestEntries = 100;

    private readonly Lock _gate = new();
    private readonly List<string> _violations = [];
    private int _balances;
    private int _resent;
    private int _unanswered;

    public async Task<Verdict> RunAsync()
    {
        var each = new ParallelOptions { MaxDegreeOfParallelism = AtOnce };
        await Parallel.ForEachAsync(books.Pages, each, async (page, _) => await AskAsync(page));
        // Balances first: what is missing is stored by this.
        var stride = Math.Max(1, (books.Pages.Sum(page => (long)page.Count) + ResentMax - 1) / ResentMax);
        var chosen = books.Pages.SelectMany(page => page.Acknowledged).Where((_, place) => place % stride == 0).Chunk(options.Transport == Transport.Http ? 1 : RequestEntries);
        await Parallel.ForEachAsync(chosen, each, async (entries, _) => await SendAgainAsync(entries));
        return new(books.Pages.Count, _balances, _resent, _unanswered, _violations);
    }

    /// <summary>Around the run, and around the ends of some of the account's credits.</summary>
    internal IReadOnlyList<long> Instants(AccountPage page)
    {
        var instants = new SortedSet<long> { options.Start - 1, options.Start, options.Start + ((now - options.Start) / 2), now, now + options.LateBy };
        var credits = page.Acknowledged.Where(entry => entry.IsCredit).ToList();
        var chance = new Chance(options.Seed + (ulong)page.Account);
        for (var i = 0; i < Math.Min(CreditsEachAccount, credits.Count); i++)
        {
            var credit = credits[(int)chance.Between(0, credits.Count - 1)];
            instants.UnionWith([credit.Timestamp - 1, credit.Timestamp, credit.End, credit.End + 1]);
        }

        return [.. instants.Where(at => at < page.JudgedBefore)];
    }

    private async Task AskAsync(AccountPage page)
    {
        var instants = Instants(page);
        var (low, high) = LawSweep.Between(page, instants);
        for (var i = 0; i < instants.Count; i++)
        {
            var accountId = options.AccountId(page.Account);
            if (await door.AskAsync(accountId, instants[i]) is not { } answer)
            {
                Interlocked.Increment(ref _unanswered);
                continue;
            }

            Interlocked.Increment(ref _balances);
            if ((answer.Balance ?? 0) < low[i] || (answer.Balance ?? 0) > high[i])
                Say($"the balance of {accountId} at {instants[i]} is {answer.Balance ?? 0}, and must be {(low[i] == high[i] ? $"{low[i]}" : $"{low[i]} to {high[i]}")}");
            if (answer.Version < page.Version)
                Say($"{accountId} is at version {answer.Version}, and {page.Version} had been answered before");
        }
    }

    private async Task SendAgainAsync(PlannedEntry[] entries)
    {
        var outcomes = await door.RecordAsync([.. entries.Select(entry => entry.ToEntry(options.AccountId(entry.Account)))]);
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (outcomes[i] is not { } outcome)
            {
                Interlocked.Increment(ref _unanswered);
                continue;
            }

            Interlocked.Increment(ref _resent);
            if (outcome.Status == OutcomeStatus.Recorded)
                Say($"{entries[i].Id} of {options.AccountId(entries[i].Account)} was acknowledged, and was missing");
            else if (!outcome.IsAcknowledged)
                Say($"{entries[i].Id} of {options.AccountId(entries[i].Account)} was acknowledged, and sent again is {outcome.Status}: {outcome.Detail}");
        }
    }

    private void Say(FormattableString sentence)
    {
        lock (_gate)
            _violations.Add(FormattableString.Invariant(sentence));
    }
}
