using System.Collections.Immutable;
using CreditActors.Ledger;
using CreditActors.Protocol;
using Google.Protobuf.Collections;

namespace CreditActors.Serialization;

/// <summary>The stored messages, record to protobuf and back.</summary>
internal static class StorageCodec
{
    public static EntriesRecorded Read(Proto.EntriesRecorded proto) => new(EntryColumns.Read(proto.Entries));

    public static Proto.EntriesRecordedAndClosed Write(ImmutableArray<Entry> entries, Closing closing) => new()
    {
        Entries = EntryColumns.Write(entries.AsSpan()),
        Horizon = closing.Horizon,
        ForgetThrough = closing.ForgetThrough,
    };

    public static EntriesRecorded Read(Proto.EntriesRecordedAndClosed proto) => new(
        EntryColumns.Read(proto.Entries),
        new Closing(
            Field.Required(proto.HasHorizon, proto.Horizon, "horizon"),
            Field.Required(proto.HasForgetThrough, proto.ForgetThrough, "forget_through")));

    public static AccountSegment Read(Proto.AccountSegment proto) => new(
        Versions(proto.OlderVersions), (long)Field.Required(proto.HasVersion, proto.Version, "version"), Packed(proto.Entries), OlderEntries: (long)proto.OlderEntries);

    public static Proto.AccountSegmentWithBooks Write(AccountSegment segment, SegmentBooks books)
    {
        var proto = new Proto.AccountSegmentWithBooks
        {
            Version = (ulong)segment.Version,
            Entries = EntryColumns.Write(segment.Entries.ToEntries().AsSpan()),
            IsLast = books.IsLast,
        };
        foreach (var version in segment.OlderVersions)
            proto.OlderVersions.Add((ulong)version);
        if (books.Head is { } head)
            proto.Head = BooksCodec.Write(head);
        foreach (var part in books.Ids)
            proto.Ids.Add(BooksCodec.Write(part));
        return proto;
    }

    public static AccountSegment Read(Proto.AccountSegmentWithBooks proto) => new(
        Versions(proto.OlderVersions),
        (long)Field.Required(proto.HasVersion, proto.Version, "version"),
        Packed(proto.Entries),
        new SegmentBooks(
            proto.Head is { } head ? BooksCodec.Read(head) : null,
            [.. proto.Ids.Select(BooksCodec.Read)],
            Field.Required(proto.HasIsLast, proto.IsLast, "is_last")));

    private static PackedEntries Packed(Proto.Entries? columns) => PackedEntries.Of(EntryColumns.Read(columns).AsSpan());

    private static ImmutableArray<long> Versions(RepeatedField<ulong> versions)
    {
        var older = ImmutableArray.CreateBuilder<long>(versions.Count);
        foreach (var version in versions)
            older.Add((long)version);
        return older.MoveToImmutable();
    }
}
