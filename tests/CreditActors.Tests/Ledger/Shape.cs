using System.Globalization;
using CreditActors.Ledger;

namespace CreditActors.Tests.Ledger;

/// <summary>How the entries of a long run lie in time, and in what order they come.</summary>
/// <param name="Name">What a failing run prints.</param>
/// <param name="Steps">Entries offered to the journal.</param>
/// <param name="StepsForAQuestion">On average; what two or more entries break between two questions is found by not asking.</param>
/// <param name="Amendments">The share of steps that offer another edition of an entry already offered.</param>
/// <param name="Make">A new entry (revision 0) for the step.</param>
/// <param name="Times">An instant to ask about, at the step.</param>
internal sealed record Shape(
    string Name,
    int Steps,
    int StepsForAQuestion,
    double Amendments,
    Func<Random, int, Entry> Make,
    Func<Random, int, long> Times)
{
    private const long Most = Limits.AmountMax;

    public static IReadOnlyList<Shape> All { get; } =
    [
        new("an in-order stream", 20_000, 20, 0.02,
            (chance, step) => chance.Next(20) == 0
                ? Credit(chance, step, chance.Next(50, 150), step + chance.Next(3), chance.Next(400))
                : Usage(step, chance.Next(1, 10), step),
            (chance, step) => chance.Next(3) == 0 ? chance.Next(step + 500) : step),

        new("a backward stream", 6_000, 20, 0.02,
            (chance, step) => chance.Next(20) == 0
                ? Credit(chance, step, chance.Next(50, 150), 6_000 - step, chance.Next(400))
                : Usage(step, chance.Next(1, 10), 6_000 - step),
            (chance, step) => chance.Next(6_000 - step, 6_600)),

        new("everything late", 8_000, 14, 0.2,
            (chance, step) => chance.Next(10) == 0
                ? Credit(chance, step, chance.Next(1, 100), chance.Next(10_000), chance.Next(300))
                : Usage(step, chance.Next(1, 12), chance.Next(10_000)),
            (chance, _) => chance.Next(-1, 10_400)),

        new("a stream with a late tenth", 16_000, 8, 0.02,
            (chance, step) =>
            {
                var time = chance.Next(10) == 0 ? chance.Next(step + 1) : step;
                return chance.Next(25) == 0
                    ? Credit(chance, step, chance.Next(50, 200), time, chance.Next(600))
                    : Usage(step, chance.Next(1, 10), time);
            },
            (chance, step) => chance.Next(3) == 0 ? chance.Next(step + 1) : step),

        new("thousands of credits active at once", 6_000, 12, 0.1,
            (chance, step) => chance.Next(2) == 0
                ? Credit(chance, step, chance.Next(1, 20), chance.Next(1_000), 4_000 + chance.Next(5_000))
                : Usage(step, chance.Next(1, 20), chance.Next(9_000)),
            (chance, _) => chance.Next(-1, 10_001)),

        new("one epoch of many usages", 20_000, 60, 0.05,
            (chance, step) => step % 5_000 == 7
                ? Credit(chance, step, 20_000, 0, 3_000)
                : Usage(step, chance.Next(1, 5), chance.Next(3_000)),
            (chance, _) => chance.Next(-1, 3_002)),

        new("amounts whose sums pass 2^63", 8_000, 15, 0.05,
            (chance, step) => chance.Next(5) == 0
                ? Credit(chance, step, Most - chance.Next(3), chance.Next(300), chance.Next(60))
                : Usage(step, chance.Next(4) == 0 ? chance.Next(1, 9) : Most - chance.Next(3), chance.Next(400)),
            (chance, _) => chance.Next(-1, 402)),

        new("time before zero and its two ends", 8_000, 15, 0.1,
            (chance, step) =>
            {
                var time = Extreme(chance);
                var room = Math.Min(Limits.TicksMax - time, Limits.ExpirationMax);
                return chance.Next(4) == 0
                    ? Credit(chance, step, chance.Next(1, 60), time, chance.Next(4) switch { 0 => 0, 1 => room, _ => Math.Min(room, chance.Next(60)) })
                    : Usage(step, chance.Next(1, 12), time);
            },
            (chance, _) => Extreme(chance)),

        new("credits of one instant", 6_000, 12, 0.2,
            (chance, step) => chance.Next(2) == 0
                ? Credit(chance, step, chance.Next(1, 9), chance.Next(300), chance.Next(5) == 0 ? 1 : 0)
                : Usage(step, chance.Next(1, 9), chance.Next(300)),
            (chance, _) => chance.Next(-1, 302)),

        new("a few times, and amendments without end", 8_000, 6, 0.7,
            (chance, step) => chance.Next(3) == 0
                ? Credit(chance, step, chance.Next(1, 60), chance.Next(40), chance.Next(20))
                : Usage(step, chance.Next(1, 12), chance.Next(40)),
            (chance, _) => chance.Next(-1, 62)),
    ];

    public override string ToString() => Name;

    private static Credit Credit(Random chance, int step, long amount, long start, long length) =>
        new(Id("credit", step), amount, start, length, chance.Next(4) == 0 ? chance.Next(0, 101) : Limits.PriorityDefault);

    private static Usage Usage(int step, long amount, long time) => new(Id("usage", step), amount, time);

    /// <summary>Ids of about 8, 16, 17 and 36 characters, since an index over packed ids may treat lengths differently.</summary>
    private static string Id(string kind, int step)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{kind}-{step}");
        return (step % 4) switch
        {
            0 => id,
            1 => id.PadLeft(16, '.'),
            2 => id.PadRight(17, '.'),
            _ => id.PadLeft(36, '0'),
        };
    }

    private static long Extreme(Random chance) => chance.Next(4) switch
    {
        0 => -Limits.TicksMax + chance.Next(40),
        1 => Limits.TicksMax - chance.Next(40),
        2 => chance.Next(-40, 40),
        _ => chance.NextInt64(-Limits.TicksMax, Limits.TicksMax + 1),
    };
}
