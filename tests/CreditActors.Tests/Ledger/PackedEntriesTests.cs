using CreditActors.Ledger;
using CsCheck;
using Xunit.Abstractions;

namespace CreditActors.Tests.Ledger;

/// <summary>Entries in columns: in, out, into a journal and out of it, as they would be one by one.</summary>
public sealed class PackedEntriesTests(ITestOutputHelper output)
{
    [Fact]
    public void What_is_packed_comes_out_as_it_went_in() =>
        Gen.OneOf(Entries.Crowded, Entries.Awkward, Entries.Wide).Array[0, 60].Sample(
            entries =>
            {
                var packed = PackedEntries.Of(entries);
                packed.Check();
                Assert.Equal(entries.Length, packed.Count);
                Assert.Equal(entries, packed);
            },
            output.WriteLine,
            iter: Effort.Samples(2_000),
            print: Script.Print);

    [Fact]
    public void Values_at_the_ends_of_their_ranges_come_out_as_they_went_in()
    {
        Entry[] entries =
        [
            new Usage("a", Limits.AmountMax, -Limits.TicksMax),
            new Usage(new string('~', Limits.IdCharsMax), 1, Limits.TicksMax, Limits.RevisionMax),
            new Credit("b", Limits.AmountMax, -Limits.TicksMax, Limits.ExpirationMax, Limits.PriorityMax, 0),
            new Credit("!", 0, 0, 0, 0, 1),
        ];
        Assert.Equal(entries, PackedEntries.Of(entries));
    }

    [Fact]
    public void A_journal_that_takes_packed_entries_in_is_as_one_that_took_them_one_by_one() =>
        Gen.Select(Entries.Crowded.Array[0, 40], Entries.Awkward.Array[0, 40], Gen.Int[0, 100]).Sample(
            (before, packed, expected) =>
            {
                var oneByOne = Judge.JournalOf([.. before, .. packed]);
                var journal = new Journal();
                journal.Expect(expected);
                foreach (var entry in before)
                    journal.Apply(entry);
                if (expected % 2 == 0)
                    _ = journal.BalanceAt(7);
                journal.Apply(PackedEntries.Of(packed));
                Judge.SameJournal(oneByOne, journal, [.. before, .. packed]);
            },
            output.WriteLine,
            iter: Effort.Samples(1_500),
            print: sample => $"{Script.Print(sample.Item1)} | {Script.Print(sample.Item2)}");

    [Fact]
    public void What_a_journal_packs_between_two_marks_is_what_it_lists() =>
        Gen.Select(Entries.Crowded.Array[0, 30], Entries.Crowded.Array[0, 30], Entries.Crowded.Array[0, 30]).Sample(
            (before, between, after) =>
            {
                var journal = Judge.JournalOf(before);
                var from = journal.Mark();
                foreach (var entry in between)
                    journal.Apply(entry);
                var to = journal.Mark();
                foreach (var entry in after)
                    journal.Apply(entry);
                Assert.Equal(journal.EntriesBetween(from, to), journal.PackBetween(from, to));
                Assert.Equal(journal.EntriesSince(default), journal.PackBetween(default, journal.Mark()));
            },
            output.WriteLine,
            iter: Effort.Samples(1_500),
            print: sample => $"{Script.Print(sample.Item1)} | {Script.Print(sample.Item2)} | {Script.Print(sample.Item3)}");

    [Fact]
    public void A_column_that_is_cut_off_anywhere_or_goes_on_is_refused()
    {
        var whole = PackedEntries.Of(new Usage("aa", 300, 70_000, 200), new Credit("b", 400, 80_000, 900_000, 100), new Usage("c", 1, -5));
        foreach (var length in Enumerable.Range(0, 12))
        {
            Refused(whole, whole.Kinds, length, part => With(whole, kinds: part));
            Refused(whole, whole.Ids, length, part => With(whole, ids: part));
            Refused(whole, whole.Amounts, length, part => With(whole, amounts: part));
            Refused(whole, whole.TimestampSteps, length, part => With(whole, steps: part));
            Refused(whole, whole.Expirations, length, part => With(whole, expirations: part));
            Refused(whole, whole.Priorities, length, part => With(whole, priorities: part));
            if (length > 0) // none at all: every revision is 0
                Refused(whole, whole.Revisions, length, part => With(whole, revisions: part));
        }
    }

    [Theory]
    [InlineData(0, 1)] // no kind
    [InlineData(3, 1)] // nor this
    [InlineData(1, 0)] // an empty id
    [InlineData(1, 129)] // one that is too long
    public void A_kind_or_a_length_that_there_is_not_is_refused(byte kind, int idLength)
    {
        byte[] ids = idLength < 0x80 ? [(byte)idLength, .. new byte[idLength]] : [(byte)(idLength | 0x80), (byte)(idLength >> 7), .. new byte[idLength]];
        var entries = new PackedEntries { Kinds = new[] { kind }, Ids = ids, Amounts = new byte[] { 1 }, TimestampSteps = new byte[] { 2 }, Revisions = default, Expirations = default, Priorities = default };
        Assert.Throws<FormatException>(entries.Check);
    }

    [Fact]
    public void An_id_that_is_not_ASCII_is_refused() => Assert.Throws<FormatException>(
        new PackedEntries { Kinds = new byte[] { 2 }, Ids = new byte[] { 1, 0xE4 }, Amounts = new byte[] { 1 }, TimestampSteps = new byte[] { 2 }, Revisions = default, Expirations = default, Priorities = default }.Check);

    [Fact]
    public void A_number_beyond_64_bits_or_beyond_its_field_is_refused()
    {
        var usage = PackedEntries.Of(new Usage("a", 1, 1));
        byte[] nine = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
        With(usage, amounts: (byte[])[.. nine[..8], 0x7F]).Check(); // 2^63 - 1
        Assert.Throws<OverflowException>(With(usage, amounts: (byte[])[.. nine, 0x01]).Check);
        Assert.Throws<FormatException>(With(usage, amounts: (byte[])[.. nine, 0x02]).Check);
        Assert.Throws<FormatException>(With(usage, amounts: (byte[])[.. nine, 0x81, 0x00]).Check);
        Assert.Throws<OverflowException>(With(usage, revisions: (byte[])[.. nine[..4], 0x0F]).Check); // 2^32 - 1
    }

    private static void Refused(PackedEntries whole, ReadOnlyMemory<byte> column, int length, Func<ReadOnlyMemory<byte>, PackedEntries> with)
    {
        whole.Check();
        if (length < column.Length)
            Assert.ThrowsAny<FormatException>(with(column[..length]).Check);
        else
            Assert.ThrowsAny<FormatException>(with((byte[])[.. column.Span, .. new byte[1 + length - column.Length]]).Check);
    }

    private static PackedEntries With(
        PackedEntries entries,
        ReadOnlyMemory<byte>? kinds = null,
        ReadOnlyMemory<byte>? ids = null,
        ReadOnlyMemory<byte>? amounts = null,
        ReadOnlyMemory<byte>? steps = null,
        ReadOnlyMemory<byte>? revisions = null,
        ReadOnlyMemory<byte>? expirations = null,
        ReadOnlyMemory<byte>? priorities = null) => new()
        {
            Kinds = kinds ?? entries.Kinds,
            Ids = ids ?? entries.Ids,
            Amounts = amounts ?? entries.Amounts,
            TimestampSteps = steps ?? entries.TimestampSteps,
            Revisions = revisions ?? entries.Revisions,
            Expirations = expirations ?? entries.Expirations,
            Priorities = priorities ?? entries.Priorities,
        };
}
