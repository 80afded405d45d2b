using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.Serialization;
using CreditActors.Ledger;

namespace CreditActors.Serialization;

/// <summary>Entries to columns and back. Hot: every stored and every sent entry passes here, so no LINQ and no closures.</summary>
internal static class EntryColumns
{
    public static Proto.Entries Write(ReadOnlySpan<Entry> entries)
    {
        var columns = new Proto.Entries();
        columns.Kinds.Capacity = entries.Length;
        columns.Ids.Capacity = entries.Length;
        columns.Amounts.Capacity = entries.Length;
        columns.TimestampSteps.Capacity = entries.Length;

        var before = 0L;
        var anyRevision = false;
        foreach (var entry in entries)
        {
            columns.Kinds.Add((uint)entry.Kind);
            columns.Ids.Add(entry.Id);
            columns.Amounts.Add((ulong)entry.Amount);
            columns.TimestampSteps.Add(entry.Timestamp - before);
            before = entry.Timestamp;
            anyRevision |= entry.Revision != 0;
            if (entry is not Credit credit)
                continue;
            columns.Expirations.Add((ulong)credit.Expiration);
            columns.Priorities.Add((uint)credit.Priority);
        }

        if (anyRevision)
        {
            foreach (var entry in entries)
                columns.Revisions.Add((uint)entry.Revision);
        }

        return columns;
    }

    public static ImmutableArray<Entry> Read(Proto.Entries? columns)
    {
        if (columns is null)
            throw new SerializationException("The entries are missing.");
        var count = columns.Kinds.Count;
        Expect("ids", columns.Ids.Count, count);
        Expect("amounts", columns.Amounts.Count, count);
        Expect("timestamp_steps", columns.TimestampSteps.Count, count);
        if (columns.Revisions.Count != 0)
            Expect("revisions", columns.Revisions.Count, count);

        var entries = ImmutableArray.CreateBuilder<Entry>(count);
        var timestamp = 0L;
        var credits = 0;
        for (var i = 0; i < count; i++)
        {
            timestamp += columns.TimestampSteps[i];
            var amount = (long)columns.Amounts[i];
            var revision = columns.Revisions.Count == 0 ? 0 : (int)columns.Revisions[i];
            switch ((EntryKind)columns.Kinds[i])
            {
                case EntryKind.Credit:
                    if (credits >= columns.Expirations.Count || credits >= columns.Priorities.Count)
                        throw new SerializationException("A credit has no expiration or no priority.");
                    entries.Add(new Credit(columns.Ids[i], amount, timestamp, (long)columns.Expirations[credits], (int)columns.Priorities[credits], revision));
                    credits++;
                    break;
                case EntryKind.Usage:
                    entries.Add(new Usage(columns.Ids[i], amount, timestamp, revision));
                    break;
                default:
                    throw new SerializationException($"{columns.Kinds[i]} is no kind of entry.");
            }
        }

        Expect("expirations", columns.Expirations.Count, credits);
        Expect("priorities", columns.Priorities.Count, credits);
        Debug.Assert(entries.Count == count, "one entry for each row");
        return entries.MoveToImmutable();
    }

    private static void Expect(string column, int count, int expected)
    {
        if (count != expected)
            throw new SerializationException($"The column {column} has {count} values where {expected} belong.");
    }
}
