using System.Globalization;
using EndToEnd.Tests.Law;
using PeerBench.Work;

namespace PeerBench.Measuring;

/// <summary>
/// One account's short and nasty life: few ticks, so that times collide; entries late; deliveries repeated, some with another amount;
/// questions between them, answered by the plain law.
/// </summary>
internal sealed record Case(IReadOnlyList<Case.Line> Lines)
{
    /// <summary>A delivery, or a question at a tick with the balance that must come out.</summary>
    internal readonly record struct Line(WorkEntry? Delivery, long At, long Balance);

    public static Case Of(long account, Chance chance)
    {
        var span = chance.Of(10, 30, 200);
        var entries = new List<WorkEntry>();
        for (var left = chance.Between(1, 40); left > 0; left--)
            entries.Add(EntryOf(account, span, chance));
        // Mostly in order, some late.
        if (chance.Share() < 0.6)
            entries = [.. entries.OrderBy(entry => entry.Timestamp + (chance.Share() < 0.15 ? chance.Between(0, span) : 0))];

        var deliveries = new List<WorkEntry>();
        foreach (var entry in entries)
        {
            deliveries.Add(entry);
            if (chance.Share() >= 0.15)
                continue;
            var again = deliveries[(int)chance.Between(0, deliveries.Count - 1)];
            deliveries.Add(chance.Share() < 0.3 ? again with { Amount = again.Amount + 1 } : again);
        }

        var lines = new List<Line>();
        var known = new List<WorkEntry>();
        foreach (var delivery in deliveries)
        {
            lines.Add(new(delivery, 0, 0));
            known.Add(delivery);
            for (var asks = chance.Of(0, 0, 1, 2); asks > 0; asks--)
                lines.Add(Ask(known, chance.Of(span * 3, span + 1, chance.Between(-1, span + 30), delivery.Timestamp)));
        }

        lines.Add(Ask(known, span + 5));
        return new(lines);
    }

    private static WorkEntry EntryOf(long account, int span, Chance chance)
    {
        var timestamp = chance.Between(0, span);
        return chance.Share() < 0.3
            ? new WorkEntry(account, chance.Id(), WorkEntry.Credit, timestamp, chance.Between(1, 30), timestamp + chance.Of(0, 1, 5, 20, 100))
            : new WorkEntry(account, chance.Id(), WorkEntry.Usage, timestamp, chance.Between(1, 12), 0);
    }

    /// <summary>The oracle shares no code with any peer and none with GpuCredit. Of an id's deliveries the first counts.</summary>
    private static Line Ask(List<WorkEntry> known, long at)
    {
        var editions = known.DistinctBy(entry => entry.Id).Select(entry => entry.IsCredit
            ? Edition.Credit(Name(entry.Account), entry.Id.ToString(), entry.Amount, entry.Timestamp, entry.End - entry.Timestamp)
            : Edition.Usage(Name(entry.Account), entry.Id.ToString(), entry.Amount, entry.Timestamp));
        return new(null, at, Oracle.ReplayStanding(editions, at) ?? 0);
    }

    private static string Name(long account) => account.ToString(CultureInfo.InvariantCulture);
}
