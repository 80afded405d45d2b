using System.Collections.Immutable;
using CreditActors.Ledger;
using CreditActors.Protocol;

namespace CreditActors.Serialization;

/// <summary>
/// Stored events (manifest er1) to bytes and back, with nothing in between: the bytes are those of <see cref="Proto.EntriesRecorded"/>, which Google's
/// code would write and read too, by way of some fifteen objects. It is done for each write of each account, mostly of one entry.
/// </summary>
internal static class EventCodec
{
    // storage.proto: EntriesRecorded.
    private const int Entries = 1;

    public static byte[] Write(ReadOnlySpan<Entry> entries)
    {
        var sizes = new ColumnSizes(entries);
        var bytes = new byte[1 + FieldWriter.SizeOf((ulong)sizes.All) + sizes.All];
        var writer = new FieldWriter(bytes);
        writer.Head(Entries, sizes.All);
        WriteColumns(ref writer, entries, sizes);
        writer.End();
        return bytes;
    }

    /// <summary>The event, or null when the bytes aren't just as <see cref="Write"/> makes them.</summary>
    /// <exception cref="FormatException">The columns contradict each other.</exception>
    /// <exception cref="OverflowException">A value fits no field of ours.</exception>
    public static EntriesRecorded? TryRead(ReadOnlyMemory<byte> bytes)
    {
        var fields = new FieldCursor(bytes);
        if (!fields.Next() || fields.Tag != FieldCursor.ContentTag(Entries) || fields.At != bytes.Length || SegmentCodec.TryReadEntries(fields.Content) is not { } packed)
            return null;
        var entries = ImmutableArray.CreateBuilder<Entry>(packed.Count);
        var cursor = packed.Read();
        while (cursor.Next())
            entries.Add(cursor.ToEntry());
        cursor.End();
        return new(entries.MoveToImmutable());
    }

    private static void WriteColumns(ref FieldWriter writer, ReadOnlySpan<Entry> entries, ColumnSizes sizes)
    {
        writer.HeadOf(SegmentCodec.Kinds, sizes.Kinds);
        foreach (var entry in entries)
            writer.Number((ulong)entry.Kind);
        foreach (var entry in entries)
            writer.Text(SegmentCodec.Ids, entry.Id);
        writer.HeadOf(SegmentCodec.Amounts, sizes.Amounts);
        foreach (var entry in entries)
            writer.Number((ulong)entry.Amount);
        writer.HeadOf(SegmentCodec.TimestampSteps, sizes.TimestampSteps);
        var before = 0L;
        foreach (var entry in entries)
        {
            writer.Number(FieldWriter.ZigZag(entry.Timestamp - before));
            before = entry.Timestamp;
        }

        if (sizes.AnyRevision)
        {
            writer.HeadOf(SegmentCodec.Revisions, sizes.Revisions);
            foreach (var entry in entries)
                writer.Number((ulong)entry.Revision);
        }

        if (sizes.Expirations == 0)
            return;
        writer.HeadOf(SegmentCodec.Expirations, sizes.Expirations);
        foreach (var entry in entries)
        {
            if (entry is Credit credit)
                writer.Number((ulong)credit.Expiration);
        }

        writer.HeadOf(SegmentCodec.Priorities, sizes.Priorities);
        foreach (var entry in entries)
        {
            if (entry is Credit credit)
                writer.Number((ulong)credit.Priority);
        }
    }

    /// <summary>How many bytes the columns' contents take, and all of them with their heads.</summary>
    private readonly struct ColumnSizes
    {
        public ColumnSizes(ReadOnlySpan<Entry> entries)
        {
            Kinds = entries.Length;
            var ids = 0;
            var before = 0L;
            foreach (var entry in entries)
            {
                ids += FieldWriter.SizeOfText(entry.Id);
                Amounts += FieldWriter.SizeOf((ulong)entry.Amount);
                TimestampSteps += FieldWriter.SizeOf(FieldWriter.ZigZag(entry.Timestamp - before));
                before = entry.Timestamp;
                Revisions += FieldWriter.SizeOf((ulong)entry.Revision);
                AnyRevision |= entry.Revision != 0;
                if (entry is not Credit credit)
                    continue;
                Expirations += FieldWriter.SizeOf((ulong)credit.Expiration);
                Priorities += FieldWriter.SizeOf((ulong)credit.Priority);
            }

            All = ids + FieldWriter.SizeOfContent(Kinds) + FieldWriter.SizeOfContent(Amounts) + FieldWriter.SizeOfContent(TimestampSteps)
                + (AnyRevision ? FieldWriter.SizeOfContent(Revisions) : 0) + FieldWriter.SizeOfContent(Expirations) + FieldWriter.SizeOfContent(Priorities);
        }

        public int Kinds { get; }

        public int Amounts { get; }

        public int TimestampSteps { get; }

        public int Revisions { get; }

        public bool AnyRevision { get; }

        public int Expirations { get; }

        public int Priorities { get; }

        public int All { get; }
    }
}
