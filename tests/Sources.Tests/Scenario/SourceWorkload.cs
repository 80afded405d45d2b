using System.Globalization;
using System.Text;
using EndToEnd.Tests.Law;

namespace Sources.Tests.Scenario;

/// <summary>
/// Messages as a bad day brings them: late entries, amendments, shuffled, a tenth sent twice, one in a hundred bad: not JSON, an
/// unknown field, a broken rule, another content of what stands, or a batch with such an entry in its middle.
/// </summary>
internal sealed class SourceWorkload
{
    private const int TicksMax = 2_000;
    private const int SpanTicksMax = 1_500;
    private const int StandingCount = 20;

    private readonly Random _random;
    private readonly int _accounts;
    private readonly List<Edition> _editions = [];
    private readonly List<byte[]> _bad = [];

    public SourceWorkload(int seed, int entries, int accounts)
    {
        _random = new Random(seed);
        _accounts = accounts;
        Standing = [.. Enumerable.Range(0, StandingCount).Select(i => Edition.Credit(Account(), $"standing-{i}", 1_000, i, 500))];
        var messages = new List<byte[]>();
        for (var number = 0; _editions.Count < entries;)
            messages.Add(Message(ref number));
        messages.AddRange(messages.Where(message => !_bad.Contains(message)).ToList().Where(_ => OneIn(10)).ToList());
        Messages = [.. messages];
        _random.Shuffle(Messages);
    }

    /// <summary>Recorded before anything is sent, so that a conflict is one whatever the order of messages.</summary>
    public IReadOnlyList<Edition> Standing { get; }

    /// <summary>Everything that must be in the ledger at the end, but what stood already.</summary>
    public IReadOnlyList<Edition> Editions => _editions;

    /// <summary>In the order of sending.</summary>
    public byte[][] Messages { get; }

    /// <summary>What must be among the dead letters, and nothing else.</summary>
    public IReadOnlyList<byte[]> Bad => _bad;

    public IEnumerable<string> Accounts => _editions.Concat(Standing).Select(edition => edition.AccountId).Distinct();

    /// <summary>Instants at which a balance can change, and their neighbours.</summary>
    public IReadOnlyList<long> Instants(IEnumerable<Edition> ofAccount, int count)
    {
        var candidates = ofAccount.SelectMany(edition => new[] { edition.Timestamp - 1, edition.Timestamp, edition.End, edition.End + 1 }).Distinct().ToArray();
        _random.Shuffle(candidates);
        return candidates[..Math.Min(count, candidates.Length)];
    }

    /// <summary>Before anything is sent.</summary>
    public async Task RecordStandingAsync(Uri host)
    {
        using var ledger = new LedgerApi(host);
        Assert.All(await ledger.PostAllAsync(Standing, asLines: true), answer => Assert.Equal("recorded", answer.Status));
    }

    private byte[] Message(ref int number)
    {
        if (OneIn(100))
            return Bad_(ref number);
        if (!OneIn(25))
            return Encode(Next(ref number).ToElement().ToJsonString());
        var batch = new List<string>();
        for (var i = _random.Next(2, 20); i > 0; i--)
            batch.Add(Next(ref number).ToElement().ToJsonString());
        return Encode($"[{string.Join(',', batch)}]");
    }

    private byte[] Bad_(ref int number)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"bad-{number++}");
        var bad = Encode(_random.Next(5) switch
        {
            0 => $"this is no JSON: {id}",
            1 => $$"""{"accountId":"{{Account()}}","usageId":"{{id}}","amount":1,"timestamp":5,"tier":"gold"}""",
            2 => Edition.Usage(Account(), id, 0, 5).ToElement().ToJsonString(),
            3 => Conflicting(number).ToElement().ToJsonString(),
            _ => $"[{Next(ref number).ToElement().ToJsonString()},{Edition.Usage(Account(), id, 0, 5).ToElement().ToJsonString()},{Next(ref number).ToElement().ToJsonString()}]",
        });
        _bad.Add(bad);
        return bad;
    }

    /// <summary>Each its own, so that one can be told from another's repeat.</summary>
    private Edition Conflicting(int number) => Standing[_random.Next(StandingCount)] with { Amount = 1_001 + number };

    private Edition Next(ref int number)
    {
        // One in eight amends what came before it; in the shuffle it may well come first.
        var edition = _editions.Count > 0 && OneIn(8) && Amended(_editions[^1]) is { } amended ? amended : New(number++);
        _editions.Add(edition);
        return edition;
    }

    private Edition New(int number) => OneIn(8)
        ? Edition.Credit(Account(), $"c-{number}", _random.Next(1, 5_000), _random.Next(TicksMax), _random.Next(SpanTicksMax), OneIn(3) ? 10 : Edition.PriorityDefault)
        : Edition.Usage(Account(), $"u-{number}", _random.Next(1, 400), _random.Next(TicksMax));

    private Edition Amended(Edition edition) =>
        edition with { Amount = OneIn(3) ? 0 : _random.Next(1, 400), Timestamp = _random.Next(TicksMax), Revision = edition.Revision + 1 };

    private string Account() => string.Create(CultureInfo.InvariantCulture, $"account-{_random.Next(_accounts)}");

    private bool OneIn(int n) => _random.Next(n) == 0;

    private static byte[] Encode(string text) => Encoding.UTF8.GetBytes(text);
}
