using System.Collections.Immutable;
using CreditActors.Protocol;

namespace CreditActors.Serialization;

/// <summary>The stored messages, record to protobuf and back.</summary>
internal static class StorageCodec
{
    public static Proto.EntriesRecorded Write(EntriesRecorded recorded) => new() { Entries = EntryColumns.Write(recorded.Entries.AsSpan()) };

    public static EntriesRecorded Read(Proto.EntriesRecorded proto) => new(EntryColumns.Read(proto.Entries));

    public static Proto.AccountSegment Write(AccountSegment segment)
    {
        var proto = new Proto.AccountSegment { Version = (ulong)segment.Version, Entries = EntryColumns.Write(segment.Entries.AsSpan()) };
        foreach (var version in segment.OlderVersions)
            proto.OlderVersions.Add((ulong)version);
        return proto;
    }

    public static AccountSegment Read(Proto.AccountSegment proto)
    {
        var older = ImmutableArray.CreateBuilder<long>(proto.OlderVersions.Count);
        foreach (var version in proto.OlderVersions)
            older.Add((long)version);
        return new(older.MoveToImmutable(), (long)Field.Required(proto.HasVersion, proto.Version, "version"), EntryColumns.Read(proto.Entries));
    }
}
