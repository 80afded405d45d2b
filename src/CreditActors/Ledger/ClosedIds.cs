using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Hashing;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace CreditActors.Ledger;

/// <summary>
/// The entries that left by one closing, as digests of 128 bits: 96 of the kind and the id, and below them 32 of the content. The
/// revision stands beside them where it isn't 0. Digests of ids are spread evenly, so they lie sorted in pages by their first bits.
/// </summary>
internal sealed class ClosedIds
{
    private const int ContentBits = 32;
    private const int PageIds = 512;

    private readonly ClosedIdPage?[] _pages;
    private readonly int _pageBits;

    private ClosedIds(long horizon, ClosedIdPage?[] pages, int pageBits, int count) =>
        (Horizon, _pages, _pageBits, Count) = (horizon, pages, pageBits, count);

    /// <summary>The horizon by which they left.</summary>
    public long Horizon { get; }

    public int Count { get; }

    /// <summary>The stretches of one list or of several, in order, together again.</summary>
    public static ImmutableArray<ClosedIds> Of(IEnumerable<ClosedIdsPart> parts)
    {
        var all = ImmutableArray.CreateBuilder<ClosedIds>();
        foreach (var list in parts.GroupBy(part => part.Horizon).OrderBy(list => list.Key))
        {
            var builder = new Builder(list.Key, list.Sum(part => part.Digests.Length));
            foreach (var part in list)
            {
                for (var i = 0; i < part.Digests.Length; i++)
                    builder.Add(part.Digests[i], part.Revisions.IsEmpty ? 0 : part.Revisions[i]);
            }

            all.Add(builder.Build());
        }

        return all.ToImmutable();
    }

    /// <summary>The digests from one place in their order to another, the latter not included.</summary>
    public ClosedIdsPart Part(int from, int to)
    {
        var digests = ImmutableArray.CreateBuilder<UInt128>(to - from);
        var revisions = new int[to - from];
        var any = false;
        var before = 0;
        foreach (var page in _pages)
        {
            var count = page?.Count ?? 0;
            for (var i = Math.Max(from - before, 0); i < Math.Min(to - before, count); i++)
            {
                any |= page!.Revision(i) != 0;
                revisions[digests.Count] = page.Revision(i);
                digests.Add(page.Digest(i));
            }

            before += count;
        }

        return new(Horizon, digests.MoveToImmutable(), any ? [.. revisions] : []);
    }

    public static UInt128 DigestOf(Entry entry)
    {
        Span<byte> id = stackalloc byte[Limits.IdCharsMax];
        id = id[..Encoding.ASCII.GetBytes(entry.Id, id)];
        return entry is Credit credit
            ? DigestOf(EntryKind.Credit, id, credit.Amount, credit.Timestamp, credit.Expiration, credit.Priority)
            : DigestOf(EntryKind.Usage, id, entry.Amount, entry.Timestamp);
    }

    /// <summary>
    /// SHA-256, so that nobody can compute an id that collides with another's. The content needs no such care: who sends other
    /// content under a known id and revision fools only himself.
    /// </summary>
    public static UInt128 DigestOf(EntryKind kind, ReadOnlySpan<byte> id, long amount, long timestamp, long expiration = 0, long priority = 0)
    {
        Span<byte> kindAndId = stackalloc byte[1 + Limits.IdCharsMax];
        kindAndId[0] = (byte)kind;
        id.CopyTo(kindAndId[1..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(kindAndId[..(1 + id.Length)], hash);

        Span<byte> content = stackalloc byte[4 * sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(content, amount);
        BinaryPrimitives.WriteInt64LittleEndian(content[8..], timestamp);
        BinaryPrimitives.WriteInt64LittleEndian(content[16..], expiration);
        BinaryPrimitives.WriteInt64LittleEndian(content[24..], priority);
        return (BinaryPrimitives.ReadUInt128LittleEndian(hash) >> ContentBits << ContentBits) | XxHash32.HashToUInt32(content);
    }

    /// <summary>What becomes of an edition with this digest and revision; null when its id isn't here.</summary>
    public OutcomeStatus? Find(UInt128 digest, int revision)
    {
        if (_pages[PageOf(digest, _pageBits)] is not { } page)
            return null;
        var id = digest >> ContentBits;
        var at = page.FirstFrom(id << ContentBits);
        if (at == page.Count || page.Digest(at) >> ContentBits != id)
            return null;
        var standing = page.Revision(at);
        return revision < standing ? OutcomeStatus.Superseded
            : revision == standing && page.Digest(at) == digest ? OutcomeStatus.Duplicate
            : OutcomeStatus.Late;
    }

    private static int PageOf(UInt128 digest, int pageBits) => (int)(uint)(digest >> 96 >> (32 - pageBits));

    /// <summary>Takes digests in any order, and sorts them a page at a time, so that no single step is long.</summary>
    /// <param name="horizon">The horizon by which they left.</param>
    /// <param name="expected">About how many will come, or more: with fewer a page holds less, and nothing else changes.</param>
    internal sealed class Builder(long horizon, int expected)
    {
        private readonly int _pageBits = expected <= PageIds ? 0 : BitOperations.Log2((uint)(expected / PageIds)) + 1;
        private readonly ClosedIdPage?[] _pages = new ClosedIdPage?[1 << (expected <= PageIds ? 0 : BitOperations.Log2((uint)(expected / PageIds)) + 1)];
        private int _sorted;
        private int _count;

        public bool IsSorted => _sorted == _pages.Length;

        public void Add(UInt128 digest, int revision)
        {
            (_pages[PageOf(digest, _pageBits)] ??= new()).Add(digest, revision);
            _count++;
        }

        /// <summary>Sorts one more page. There must be one.</summary>
        /// <returns>What it cost, in entries.</returns>
        public int SortPage()
        {
            var page = _pages[_sorted++];
            page?.Sort();
            return 1 + (page?.Count ?? 0);
        }

        public ClosedIds Build()
        {
            while (!IsSorted)
                SortPage();
            return new(horizon, _pages, _pageBits, _count);
        }
    }
}
