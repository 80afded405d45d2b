using System.Text;
using CreditActors.Ledger;
using CsCheck;
using Xunit.Abstractions;

namespace CreditActors.Tests.Ledger;

/// <summary>The account's index of ids beside a dictionary.</summary>
public sealed class IdTableTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_id_is_found_while_the_table_grows_under_it()
    {
        var table = new IdTable();
        for (var n = 0; n < 40_000; n++)
        {
            Assert.Equal(-1, table.Find(Bytes(Id(n))));
            Assert.Equal(n, table.FindOrAdd(Bytes(Id(n)), out var added));
            Assert.True(added);
            // While the table doubles, an older id may be in the former buckets or in the new: look at both kinds.
            for (var older = n; older >= 0; older = (older / 2) - 1)
            {
                Assert.Equal(older, table.FindOrAdd(Bytes(Id(older)), out added));
                Assert.False(added);
            }
        }

        Assert.Equal(40_000, table.Count);
        for (var n = 0; n < 40_000; n++)
            Assert.Equal((n, Id(n)), (table.Find(Bytes(Id(n))), table.Text(n)));
    }

    [Fact]
    public void At_every_size_of_a_small_table_every_id_is_found()
    {
        var table = new IdTable();
        for (var n = 0; n < 700; n++)
        {
            table.FindOrAdd(Bytes($"{n}"), out _);
            for (var older = 0; older <= n; older++)
                Assert.Equal(older, table.Find(Bytes($"{older}")));
            Assert.Equal(-1, table.Find(Bytes($"{n + 1}")));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(10_000)]
    public void A_table_made_for_so_many_ids_takes_them_and_more(int expected)
    {
        var table = new IdTable();
        table.Expect(expected);
        Assert.Equal(-1, table.Find(Bytes(Id(0))));
        for (var n = 0; n < 20_000; n++)
            Assert.Equal(n, table.FindOrAdd(Bytes(Id(n)), out _));
        table.Expect(100_000); // too late, and changes nothing
        for (var n = 0; n < 20_000; n++)
            Assert.Equal(n, table.Find(Bytes(Id(n))));
    }

    [Fact]
    public void Ids_of_the_greatest_length_fill_block_after_block()
    {
        var table = new IdTable();
        for (var n = 0; n < 3_000; n++)
            table.FindOrAdd(Bytes(Id(n).PadRight(128 - (n % 5), '_')), out _);
        for (var n = 0; n < 3_000; n++)
            Assert.Equal(Id(n).PadRight(128 - (n % 5), '_'), table.Text(n));
    }

    /// <summary>Nothing of their hashes differs, or the group alone, or all but what lies beside the number.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(0xFFFF_FFFF_0000_0000)]
    [InlineData(0xFFFF_FFFF_0000_00FF)]
    public void Ids_whose_hashes_are_alike_are_told_apart(ulong hashMask)
    {
        var table = new IdTable(hashMask: hashMask);
        for (var n = 0; n < 1_000; n++)
        {
            Assert.Equal(n, table.FindOrAdd(Bytes($"{n:D4}"), out var added));
            Assert.True(added);
            Assert.Equal(-1, table.Find(Bytes($"{n + 1:D4}")));
            Assert.Equal(n / 2, table.FindOrAdd(Bytes($"{n / 2:D4}"), out added));
            Assert.False(added);
        }
    }

    [Fact]
    public void There_is_room_for_so_many_bytes_of_ids_and_no_more()
    {
        var table = new IdTable(bytesMax: 10);
        table.FindOrAdd(Bytes("four"), out _);
        Assert.True(table.HasRoomFor(IdTable.BytesOf("5678")));
        Assert.False(table.HasRoomFor(IdTable.BytesOf("56789")));
        Assert.Throws<InvalidOperationException>(() => table.FindOrAdd(Bytes("56789"), out _));
        table.FindOrAdd(Bytes("5678"), out _);
        Assert.Equal((0, 1), (table.Find(Bytes("four")), table.Find(Bytes("5678"))));
        Assert.Equal(0, table.FindOrAdd(Bytes("four"), out _));
    }

    /// <summary>The worst order leaves as much of each block unused as the longest id takes, less a byte: so many blocks are never exceeded.</summary>
    [Fact]
    public void What_there_is_room_for_fits_the_addresses_whatever_the_order()
    {
        const long blockBytes = 1 << 17;
        const long addresses = 1L << 32;
        Assert.Equal(addresses / blockBytes * (blockBytes - Limits.IdCharsMax), IdTable.BytesMax);
    }

    [Fact]
    public void Ids_are_ordered_as_ordinals() =>
        Gen.Select(Entries.AwkwardIds, Entries.AwkwardIds).Sample(
            (left, right) =>
            {
                var table = new IdTable();
                var (l, r) = (table.FindOrAdd(Bytes(left), out _), table.FindOrAdd(Bytes(right), out _));
                Assert.Equal(left == right, l == r);
                Assert.Equal(Math.Sign(string.CompareOrdinal(left, right)), Math.Sign(table.Compare(l, r)));
            },
            output.WriteLine,
            iter: Effort.Samples(2_000));

    private static string Id(int n) => n % 3 == 0 ? $"{n}" : n % 3 == 1 ? $"usage-{n:D10}" : $"{n:X8}-0000-4000-8000-{n:D12}";

    private static byte[] Bytes(string id) => Encoding.ASCII.GetBytes(id);
}
