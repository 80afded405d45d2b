using System.Text;
using EndToEnd.Tests.Law;
using Sources.Tests.Brokers;

namespace Sources.Tests.Scenario;

/// <summary>What the judge found.</summary>
/// <param name="Lost">Entries that weren't in the ledger: sent once more, they were new to it.</param>
/// <param name="WrongBalances">Answers that aren't the oracle's; an entry counted twice, or one that is lost, would make some.</param>
/// <param name="Balances">How many were asked.</param>
/// <param name="MissingLetters">Bad messages with no dead letter.</param>
/// <param name="ForeignLetters">Dead letters of messages that aren't bad.</param>
/// <param name="Letters">Dead letters of bad messages, each counted once.</param>
/// <param name="RepeatedLetters">Dead letters that were written more than once: at least once is what is promised.</param>
internal sealed record Verdict(int Lost, int WrongBalances, int Balances, int MissingLetters, int ForeignLetters, int Letters, int RepeatedLetters)
{
    private const int InstantsPerAccount = 12;

    public static async Task<Verdict> OfAsync(SourceWorkload workload, Uri host, IReadOnlyList<ReadLetter> letters)
    {
        using var ledger = new LedgerApi(host);
        var (asked, wrong) = await BalancesAsync(workload, ledger);
        // After the balances: what was lost is there from now on.
        var lost = 0;
        foreach (var chunk in workload.Editions.Chunk(2_000))
        {
            foreach (var answer in await ledger.PostAllAsync(chunk, asLines: true))
            {
                if (answer.Status is not ("duplicate" or "superseded"))
                    lost++;
            }
        }

        var bad = workload.Bad.Select(Encoding.UTF8.GetString).ToHashSet(StringComparer.Ordinal);
        var dead = letters.Select(letter => Encoding.UTF8.GetString(letter.Body)).ToList();
        var known = dead.Distinct(StringComparer.Ordinal).ToList();
        return new Verdict(lost, wrong, asked, bad.Except(known).Count(), known.Except(bad).Count(), known.Count(bad.Contains), dead.Count - known.Count);
    }

    /// <summary>Nothing lost, nothing doubled, and the dead letters are those of the bad messages.</summary>
    public void AssertGood() => Assert.Equal((0, 0, 0, 0), (Lost, WrongBalances, MissingLetters, ForeignLetters));

    public override string ToString() =>
        $"lost {Lost}, wrong balances {WrongBalances} of {Balances:N0}, dead letters {Letters} (missing {MissingLetters}, of good messages {ForeignLetters}, written again {RepeatedLetters})";

    private static async Task<(int Asked, int Wrong)> BalancesAsync(SourceWorkload workload, LedgerApi ledger)
    {
        var (asked, wrong) = (0, 0);
        foreach (var account in workload.Editions.Concat(workload.Standing).GroupBy(edition => edition.AccountId))
        {
            var standing = Oracle.Standing(account).ToList();
            foreach (var at in workload.Instants(standing, InstantsPerAccount))
            {
                asked++;
                if ((await ledger.BalanceAsync(account.Key, at)).Amount != Oracle.ReplayStanding(standing, at))
                    wrong++;
            }
        }

        return (asked, wrong);
    }
}
