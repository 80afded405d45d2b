using CreditActors.Ledger;
using CreditActors.Protocol;
using CreditActors.Serialization;
using CreditActors.Tests.Ledger;
using CsCheck;
using Google.Protobuf;
using Proto = CreditActors.Serialization.Proto;

namespace CreditActors.Tests.Serialization;

/// <summary>The rows of snapshots, which our own code writes and reads, beside Google's.</summary>
public sealed class SegmentCodecTests : ColumnCodecTests
{
    private protected override string Manifest => ProtobufSerializer.AccountSegmentManifest;

    private protected override byte[] Written { get; } = SegmentCodec.Write(
        new AccountSegment([1, 300], 700, [new Usage("aa", 5, 10), new Credit("b", 600, 11, 12_000, 13), new Usage("c", 7, 9, 2)], OlderEntries: 400));

    /// <summary>But for the place of the hint, which Google's would write last.</summary>
    [Fact]
    public void The_bytes_are_those_that_Googles_code_writes() => Messages.Segments.Sample(
        segment =>
        {
            Assert.Equal(ProtoOf(segment), Proto.AccountSegment.Parser.ParseFrom(SegmentCodec.Write(segment)));
            var unhinted = segment with { OlderEntries = 0 };
            Assert.Equal(Convert.ToHexString(ProtoOf(unhinted).ToByteArray()), Convert.ToHexString(SegmentCodec.Write(unhinted)));
        },
        iter: Effort.Samples(2_000),
        print: Messages.Print);

    [Fact]
    public void What_was_read_is_written_as_it_was() => Messages.Segments.Sample(
        segment =>
        {
            var bytes = SegmentCodec.Write(segment);
            Assert.Equal(bytes, SegmentCodec.Write(SegmentCodec.TryRead(bytes)!));
        },
        iter: Effort.Samples(1_000),
        print: Messages.Print);

    /// <summary>A later version may write the same message in another way, which Google's code reads.</summary>
    [Fact]
    public void A_row_that_is_written_in_another_way_is_read_all_the_same()
    {
        var segment = new AccountSegment([1], 7, [new Usage("a", 5, 10), new Credit("b", 6, 11, 12, 13), new Usage("c", 7, 9, 2)]);
        var proto = ProtoOf(segment);
        var unknown = proto.Clone();
        unknown.MergeFrom(new byte[] { (15 << 3) | 2, 1, 0xFF });
        var older = new Proto.AccountSegment { Version = 7 };
        older.OlderVersions.Add(1);
        byte[][] ways =
        [
            [.. new Proto.AccountSegment { Entries = proto.Entries }.ToByteArray(), .. older.ToByteArray()],
            unknown.ToByteArray(),
            [.. proto.ToByteArray(), .. new Proto.AccountSegment { Version = 7 }.ToByteArray()],
            [.. new Proto.AccountSegment { Version = 9 }.ToByteArray(), .. proto.ToByteArray()],
        ];
        foreach (var way in ways)
        {
            Assert.Null(SegmentCodec.TryRead(way));
            Assert.Equal(Messages.Print(segment), Messages.Print(Ours(way)));
        }
    }

    private protected override (IMessage Message, Proto.Entries Columns) Revised()
    {
        var proto = ProtoOf(new AccountSegment([], 7, [new Usage("a", 5, 10, 1), new Credit("b", 6, 11, 12, 13)]));
        return (proto, proto.Entries);
    }

    private protected override object Theirs(byte[] bytes) => StorageCodec.Read(Proto.AccountSegment.Parser.ParseFrom(bytes));

    private static Proto.AccountSegment ProtoOf(AccountSegment segment)
    {
        var proto = new Proto.AccountSegment
        {
            Version = (ulong)segment.Version,
            Entries = EntryColumns.Write(segment.Entries.ToEntries().AsSpan()),
            OlderEntries = (ulong)segment.OlderEntries,
        };
        foreach (var version in segment.OlderVersions)
            proto.OlderVersions.Add((ulong)version);
        return proto;
    }
}
