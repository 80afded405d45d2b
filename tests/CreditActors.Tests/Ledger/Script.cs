using System.Globalization;
using CreditActors.Ledger;

namespace CreditActors.Tests.Ledger;

/// <summary>One thing done to a journal.</summary>
internal abstract record Step
{
    private Step()
    {
    }

    internal sealed record Take(Entry Entry) : Step;

    internal sealed record Ask(long At) : Step;

    internal sealed record Drop : Step;
}

/// <summary>
/// Steps as text, such as <c>C a 5 @3 +4 p50 r0; U u 3 @4 r0; ? 5; drop</c>: what a failing property prints, and what is
/// kept as a regression. A script means the same for ever; a generator's seed only until the generator changes.
/// </summary>
internal static class Script
{
    public static string Print(IEnumerable<Step> steps) => string.Join("; ", steps.Select(Print));

    public static string Print(IEnumerable<Entry> entries) => string.Join("; ", entries.Select(Print));

    public static List<Step> Parse(string script) =>
        [.. script.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ParseStep)];

    private static string Print(Step step) => step switch
    {
        Step.Take take => Print(take.Entry),
        Step.Ask ask => string.Create(CultureInfo.InvariantCulture, $"? {ask.At}"),
        Step.Drop => "drop",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Print(Entry entry) => entry switch
    {
        Credit c => string.Create(CultureInfo.InvariantCulture, $"C {c.CreditId} {c.Amount} @{c.Timestamp} +{c.Expiration} p{c.Priority} r{c.Revision}"),
        Usage u => string.Create(CultureInfo.InvariantCulture, $"U {u.UsageId} {u.Amount} @{u.Timestamp} r{u.Revision}"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static Step ParseStep(string text)
    {
        var words = text.Split(' ');
        return words[0] switch
        {
            "C" => new Step.Take(new Credit(words[1], Number(words[2]), Number(words[3], '@'), Number(words[4], '+'), (int)Number(words[5], 'p'), (int)Number(words[6], 'r'))),
            "U" => new Step.Take(new Usage(words[1], Number(words[2]), Number(words[3], '@'), (int)Number(words[4], 'r'))),
            "?" => new Step.Ask(Number(words[1])),
            "drop" => new Step.Drop(),
            _ => throw new FormatException($"no such step: {text}"),
        };
    }

    private static long Number(string word, char mark = '\0') =>
        mark == '\0' ? long.Parse(word, CultureInfo.InvariantCulture)
        : word[0] == mark ? long.Parse(word.AsSpan(1), CultureInfo.InvariantCulture)
        : throw new FormatException($"'{word}' should begin with '{mark}'");
}
