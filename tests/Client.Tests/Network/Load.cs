using EndToEnd.Tests.Law;
using GpuCredit.Client;

namespace Client.Tests.Network;

/// <summary>Credits and usages of some accounts, late and shuffled, a tenth of them twice; and what must come of them.</summary>
internal sealed class Load
{
    private const int Accounts = 30;
    private const long Ticks = 10_000;

    private readonly string _run;

    public Load(int seed, int count)
    {
        _run = $"{seed:x}-{Guid.CreateVersion7():N}";
        var random = new Random(seed);
        var editions = new List<Edition>();
        for (var i = 0; i < count; i++)
        {
            var account = $"{_run}-{random.Next(Accounts)}";
            editions.Add(random.Next(10) == 0
                ? Edition.Credit(account, $"c{i}", random.Next(1, 500), random.NextInt64(Ticks), random.NextInt64(Ticks / 3), random.Next(0, 100))
                : Edition.Usage(account, $"u{i}", random.Next(1, 40), random.NextInt64(Ticks)));
        }

        Editions = editions;
        Entries = [.. editions.Concat(editions.Where(_ => random.Next(10) == 0)).Select(ToEntry)];
        random.Shuffle(Entries);
    }

    public IReadOnlyList<Edition> Editions { get; }

    /// <summary>In the order of sending.</summary>
    public Entry[] Entries { get; }

    /// <summary>Every entry is known, so that none is lost, and every balance is the oracle's, so that none counts twice.</summary>
    /// <param name="direct">A client on a network that works.</param>
    public async Task CheckAsync(IGpuCreditClient direct)
    {
        // Before anything is sent again: what is lost must not be healed by the check.
        foreach (var account in Editions.GroupBy(edition => edition.AccountId))
        {
            foreach (var at in (long[])[0, Ticks / 3, Ticks / 2, Ticks, 2 * Ticks])
            {
                var answer = await direct.GetBalanceAsync(account.Key, at);
                Assert.Equal((account.Key, at, Oracle.BalanceAt(account, at)), (account.Key, at, answer.Balance));
            }
        }

        var outcomes = await direct.RecordAsync(Editions.Select(ToEntry).ToArray());
        Assert.All(outcomes, outcome => Assert.Equal(OutcomeStatus.Duplicate, outcome.Status));
    }

    private static Entry ToEntry(Edition edition) => edition.IsCredit
        ? Entry.Credit(edition.AccountId, edition.Id, edition.Amount, edition.Timestamp, edition.Expiration, edition.Priority, edition.Revision)
        : Entry.Usage(edition.AccountId, edition.Id, edition.Amount, edition.Timestamp, edition.Revision);
}
