using CreditActors.Ledger;
using CreditActors.Protocol;
using CreditActors.Serialization;
using CreditActors.Tests.Ledger;
using CsCheck;
using Google.Protobuf;
using Proto = CreditActors.Serialization.Proto;

namespace CreditActors.Tests.Serialization;

/// <summary>Stored events, which our own code writes and reads, beside Google's.</summary>
public sealed class EventCodecTests : ColumnCodecTests
{
    private protected override string Manifest => ProtobufSerializer.EntriesRecordedManifest;

    private protected override byte[] Written { get; } = EventCodec.Write([new Usage("aa", 5, 10), new Credit("b", 600, 11, 12_000, 13), new Usage("c", 7, 9, 2)]);

    [Fact]
    public void The_bytes_are_those_that_Googles_code_writes_and_are_read_as_it_reads_them() => Messages.Entries.Sample(
        entries =>
        {
            var bytes = EventCodec.Write(entries);
            Assert.Equal(Convert.ToHexString(ProtoOf(entries).ToByteArray()), Convert.ToHexString(bytes));
            Assert.Equal(Messages.Print(Theirs(bytes)), Messages.Print(EventCodec.TryRead(bytes)!));
        },
        iter: Effort.Samples(2_000),
        print: entries => Messages.Print(new EntriesRecorded([.. entries])));

    /// <summary>A later version may write the same message in another way, which Google's code reads.</summary>
    [Fact]
    public void An_event_that_is_written_in_another_way_is_read_all_the_same()
    {
        Entry[] entries = [new Usage("a", 5, 10, 1), new Credit("b", 6, 11, 12, 13), new Usage("c", 7, 9, 2)];
        var proto = ProtoOf(entries);
        var unknown = proto.Clone();
        unknown.MergeFrom(new byte[] { (15 << 3) | 2, 1, 0xFF });
        byte[][] ways = [unknown.ToByteArray(), [.. ProtoOf(entries.AsSpan(0, 1)).ToByteArray(), .. new Proto.EntriesRecorded { Entries = Without(proto, 1) }.ToByteArray()]];
        foreach (var way in ways)
        {
            Assert.Null(EventCodec.TryRead(way));
            Assert.Equal(Messages.Print(Theirs(way)), Messages.Print(Ours(way)));
        }
    }

    [Fact]
    public void An_id_that_breaks_its_rule_is_not_written() =>
        Assert.Throws<InvalidOperationException>(() => EventCodec.Write([new Usage("ü", 5, 10)]));

    private protected override (IMessage Message, Proto.Entries Columns) Revised()
    {
        var proto = ProtoOf([new Usage("a", 5, 10, 1), new Credit("b", 6, 11, 12, 13)]);
        return (proto, proto.Entries);
    }

    private protected override object Theirs(byte[] bytes) => StorageCodec.Read(Proto.EntriesRecorded.Parser.ParseFrom(bytes));

    private static Proto.EntriesRecorded ProtoOf(ReadOnlySpan<Entry> entries) => new() { Entries = EntryColumns.Write(entries) };

    private static Proto.Entries Without(Proto.EntriesRecorded proto, int first) => EntryColumns.Write(EntryColumns.Read(proto.Entries).AsSpan().Slice(first));
}
