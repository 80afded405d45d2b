using EndToEnd.Tests.Law;

namespace EndToEnd.Tests.Crash;

/// <summary>
/// Entries as a bad day brings them: few distinct times (so that ties, and late entries that split epochs, are
/// common), amendments and voids, priorities, a few accounts much busier than the rest, ids that paths must escape;
/// shuffled, and a tenth of them sent twice.
/// </summary>
internal sealed class Workload
{
    /// <summary>Entries lie in [0, TicksMax]; credits may end later.</summary>
    public const int TicksMax = 2_000;

    private const int AccountsCount = 60;
    private const int HotAccountsCount = 3;
    private const int SpanTicksMax = 1_500;

    private static readonly int[] _priorities = [Edition.PriorityDefault, Edition.PriorityDefault, 10, 90];

    private readonly Random _random;
    private readonly string _accounts;

    /// <param name="seed">The same seed, the same workload.</param>
    /// <param name="editionsCount">How many editions.</param>
    /// <param name="accounts">What the names of its accounts begin with: workloads of different names share none.</param>
    public Workload(int seed, int editionsCount, string accounts = "account")
    {
        _random = new Random(seed);
        _accounts = accounts;
        Editions = [.. Endless().Take(editionsCount)];
        Accounts = [.. Editions.Select(edition => edition.AccountId).Distinct()];
        Chunks = [.. Chunk()];
    }

    /// <summary>Every edition once.</summary>
    public IReadOnlyList<Edition> Editions { get; }

    public IReadOnlyList<string> Accounts { get; }

    /// <summary>What is sent: everything, a tenth twice, in no order, most of it one by one.</summary>
    public IReadOnlyList<IReadOnlyList<Edition>> Chunks { get; }

    /// <summary>Instants worth asking about: those at which the account's balance can change, and their neighbours.</summary>
    public IReadOnlyList<long> InstantsOf(string account, int count)
    {
        var candidates = Editions.Where(edition => edition.AccountId == account)
            .SelectMany(edition => new[] { edition.Timestamp - 1, edition.Timestamp, edition.End, edition.End + 1 })
            .Concat([-1, TicksMax, TicksMax + SpanTicksMax])
            .Distinct().ToArray();
        _random.Shuffle(candidates);
        return candidates[..Math.Min(count, candidates.Length)];
    }

    private IEnumerable<Edition> Endless()
    {
        for (var number = 0; ; number++)
        {
            var account = AccountId(_random.Next(OneIn(4) ? HotAccountsCount : AccountsCount));
            var entry = OneIn(8) ? NewCredit(account, $"c-{number:D6}") : NewUsage(account, $"u-{number:D6}");
            yield return entry;

            while (OneIn(8))
            {
                entry = Amended(entry);
                yield return entry;
            }
        }
    }

    private IEnumerable<IReadOnlyList<Edition>> Chunk()
    {
        Edition[] sends = [.. Editions, .. Editions.Where(_ => OneIn(10))];
        _random.Shuffle(sends);
        for (var start = 0; start < sends.Length;)
        {
            var length = Math.Min(OneIn(20) ? _random.Next(2, 150) : 1, sends.Length - start);
            yield return sends[start..(start + length)];
            start += length;
        }
    }

    private Edition NewCredit(string account, string id)
        => Edition.Credit(account, id, _random.Next(1, 5_000), _random.Next(TicksMax), _random.Next(SpanTicksMax), _priorities[_random.Next(_priorities.Length)]);

    private Edition NewUsage(string account, string id) => Edition.Usage(account, id, _random.Next(1, 400), _random.Next(TicksMax));

    private Edition Amended(Edition entry)
    {
        var revision = entry.Revision + _random.Next(1, 3);
        if (OneIn(3)) return entry with { Amount = 0, Revision = revision };
        return (entry.IsCredit ? NewCredit(entry.AccountId, entry.Id) : NewUsage(entry.AccountId, entry.Id)) with { Revision = revision };
    }

    private bool OneIn(int n) => _random.Next(n) == 0;

    private string AccountId(int number) => number switch
    {
        1 => $"{_accounts}/team%2F1",
        2 => $"{_accounts}-100%+more?&#",
        _ => $"{_accounts}-{number:D2}",
    };
}
