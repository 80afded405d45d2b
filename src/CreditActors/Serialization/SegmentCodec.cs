using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using CreditActors.Ledger;
using CreditActors.Protocol;

namespace CreditActors.Serialization;

/// <summary>
/// Rows of a snapshot (manifest sg1) to bytes and back, the columns as they are: the bytes are those of <see cref="Proto.AccountSegment"/>, which
/// Google's code would write and read too, in several times the time and the memory. What isn't just as it is written here is left to that.
/// The entries are written last, so that no row that was cut off is a row.
/// </summary>
internal static class SegmentCodec
{
    // storage.proto: Entries.
    public const int Kinds = 1;
    public const int Ids = 2;
    public const int Amounts = 3;
    public const int TimestampSteps = 4;
    public const int Revisions = 5;
    public const int Expirations = 6;
    public const int Priorities = 7;

    // storage.proto: AccountSegment.
    private const int OlderVersions = 1;
    private const int Version = 2;
    private const int Entries = 3;
    private const int OlderEntries = 4;

    /// <summary>Before each id's length: its tag.</summary>
    private const int IdTagBytes = 1;

    /// <summary>The row, or null when the bytes aren't just as <see cref="Write"/> makes them.</summary>
    /// <exception cref="FormatException">The columns contradict each other.</exception>
    /// <exception cref="OverflowException">A value fits no field of ours.</exception>
    public static AccountSegment? TryRead(ReadOnlyMemory<byte> bytes)
    {
        ImmutableArray<long> olderVersions = [];
        long? version = null;
        var olderEntries = 0L;
        PackedEntries? entries = null;
        var fields = new FieldCursor(bytes);
        while (entries is null && fields.Next())
        {
            if (fields.Tag == FieldCursor.ContentTag(OlderVersions) && olderVersions.IsEmpty)
                olderVersions = Numbers(fields.Content);
            else if (fields.Tag == FieldCursor.NumberTag(Version) && version is null)
                version = checked((long)fields.Number);
            else if (fields.Tag == FieldCursor.ContentTag(Entries) && TryReadEntries(fields.Content) is { } read)
                entries = read;
            else if (fields.Tag == FieldCursor.NumberTag(OlderEntries))
                olderEntries = checked((long)fields.Number);
            else
                return null;
        }

        if (fields.At != bytes.Length || version is null || entries is null)
            return null;
        entries.Check();
        return new(olderVersions, version.Value, entries, OlderEntries: olderEntries);
    }

    public static byte[] Write(AccountSegment segment)
    {
        var entries = segment.Entries;
        var idBytes = entries.Ids.Length + (entries.Count * (IdTagBytes - entries.IdMarkBytes));
        var entriesBytes = idBytes
            + FieldWriter.SizeOfContent(entries.Kinds.Length) + FieldWriter.SizeOfContent(entries.Amounts.Length)
            + FieldWriter.SizeOfContent(entries.TimestampSteps.Length) + FieldWriter.SizeOfContent(entries.Revisions.Length)
            + FieldWriter.SizeOfContent(entries.Expirations.Length) + FieldWriter.SizeOfContent(entries.Priorities.Length);
        var versionBytes = segment.OlderVersions.Sum(version => FieldWriter.SizeOf((ulong)version));
        var bytes = new byte[FieldWriter.SizeOfContent(versionBytes)
            + 1 + FieldWriter.SizeOf((ulong)segment.Version)
            + (segment.OlderEntries == 0 ? 0 : 1 + FieldWriter.SizeOf((ulong)segment.OlderEntries))
            + 1 + FieldWriter.SizeOf((ulong)entriesBytes) + entriesBytes];

        var writer = new FieldWriter(bytes);
        if (versionBytes > 0)
            writer.Head(OlderVersions, versionBytes);
        foreach (var version in segment.OlderVersions)
            writer.Number((ulong)version);
        writer.Field(Version, (ulong)segment.Version);
        if (segment.OlderEntries != 0)
            writer.Field(OlderEntries, (ulong)segment.OlderEntries);
        writer.Head(Entries, entriesBytes);
        writer.Content(Kinds, entries.Kinds.Span);
        WriteIds(ref writer, entries);
        writer.Content(Amounts, entries.Amounts.Span);
        writer.Content(TimestampSteps, entries.TimestampSteps.Span);
        writer.Content(Revisions, entries.Revisions.Span);
        writer.Content(Expirations, entries.Expirations.Span);
        writer.Content(Priorities, entries.Priorities.Span);
        writer.End();
        return bytes;
    }

    /// <summary>The columns, unread, or null when they aren't in the order in which <see cref="Write"/> makes them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static PackedEntries? TryReadEntries(ReadOnlyMemory<byte> message)
    {
        ReadOnlyMemory<byte> kinds = default, amounts = default, steps = default, revisions = default, expirations = default, priorities = default;
        var (idsFrom, idsTo) = (0, 0);
        var fields = new FieldCursor(message);
        for (var (last, from) = (0UL, 0); fields.Next(); (last, from) = (fields.Tag, fields.At))
        {
            if (fields.Tag == FieldCursor.ContentTag(Ids) && fields.Tag >= last)
            {
                (idsFrom, idsTo) = (fields.Tag == last ? idsFrom : from, fields.At);
                continue;
            }

            if (fields.Tag <= last)
                return null;
            if (fields.Tag == FieldCursor.ContentTag(Kinds))
                kinds = fields.Content;
            else if (fields.Tag == FieldCursor.ContentTag(Amounts))
                amounts = fields.Content;
            else if (fields.Tag == FieldCursor.ContentTag(TimestampSteps))
                steps = fields.Content;
            else if (fields.Tag == FieldCursor.ContentTag(Revisions))
                revisions = fields.Content;
            else if (fields.Tag == FieldCursor.ContentTag(Expirations))
                expirations = fields.Content;
            else if (fields.Tag == FieldCursor.ContentTag(Priorities))
                priorities = fields.Content;
            else
                return null;
        }

        return fields.IsForeign ? null : new()
        {
            Kinds = kinds,
            Ids = message[idsFrom..idsTo],
            IdMarkBytes = IdTagBytes,
            Amounts = amounts,
            TimestampSteps = steps,
            Revisions = revisions,
            Expirations = expirations,
            Priorities = priorities,
        };
    }

    private static void WriteIds(ref FieldWriter writer, PackedEntries entries)
    {
        if (entries.IdMarkBytes == IdTagBytes)
        {
            writer.Raw(entries.Ids.Span);
            return;
        }

        for (var ids = entries.Read(); ids.NextId();)
        {
            writer.Head(Ids, ids.Id.Length);
            writer.Raw(ids.Id);
        }
    }

    private static ImmutableArray<long> Numbers(ReadOnlyMemory<byte> packed)
    {
        var numbers = ImmutableArray.CreateBuilder<long>();
        var cursor = new FieldCursor(packed);
        while (cursor.NextNumber())
            numbers.Add(checked((long)cursor.Number));
        return cursor.IsForeign ? throw new FormatException("The older versions are cut off.") : numbers.ToImmutable();
    }
}
