using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;

namespace CreditActors.Ledger;

/// <summary>
/// The entries that left by one closing, as digests of 128 bits, sorted: 96 of the kind and the id, and below them 32 of the
/// content. The revision stands beside them where it isn't 0.
/// </summary>
internal sealed class ClosedIds
{
    private const int ContentBits = 32;
    private readonly UInt128[] _digests;
    private readonly Dictionary<UInt128, int> _revisions;

    private ClosedIds(long horizon, UInt128[] digests, Dictionary<UInt128, int> revisions) =>
        (Horizon, _digests, _revisions) = (horizon, digests, revisions);

    /// <summary>The horizon by which they left.</summary>
    public long Horizon { get; }

    public int Count => _digests.Length;

    public static ClosedIds Of(long horizon, IEnumerable<Entry> editions)
    {
        var digests = new List<UInt128>();
        var revisions = new Dictionary<UInt128, int>();
        foreach (var edition in editions)
        {
            var digest = DigestOf(edition);
            digests.Add(digest);
            if (edition.Revision != 0)
                revisions[digest] = edition.Revision;
        }

        digests.Sort();
        return new(horizon, [.. digests], revisions);
    }

    /// <summary>
    /// SHA-256, so that nobody can compute an id that collides with another's. The content needs no such care: who sends other
    /// content under a known id and revision fools only himself.
    /// </summary>
    public static UInt128 DigestOf(Entry entry)
    {
        Span<byte> id = stackalloc byte[1 + Limits.IdCharsMax];
        id[0] = (byte)entry.Kind;
        var length = Encoding.ASCII.GetBytes(entry.Id, id[1..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(id[..(1 + length)], hash);

        Span<byte> content = stackalloc byte[4 * sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(content, entry.Amount);
        BinaryPrimitives.WriteInt64LittleEndian(content[8..], entry.Timestamp);
        BinaryPrimitives.WriteInt64LittleEndian(content[16..], entry is Credit credit ? credit.Expiration : 0);
        BinaryPrimitives.WriteInt64LittleEndian(content[24..], entry is Credit { Priority: var priority } ? priority : 0);
        return (BinaryPrimitives.ReadUInt128LittleEndian(hash) >> ContentBits << ContentBits) | XxHash32.HashToUInt32(content);
    }

    /// <summary>What becomes of an edition with this digest and revision; null when its id isn't here.</summary>
    public OutcomeStatus? Find(UInt128 digest, int revision)
    {
        var id = digest >> ContentBits;
        var at = Array.BinarySearch(_digests, id << ContentBits);
        if (at < 0)
            at = ~at;
        if (at == _digests.Length || _digests[at] >> ContentBits != id)
            return null;
        var standing = _revisions.GetValueOrDefault(_digests[at]);
        return revision < standing ? OutcomeStatus.Superseded
            : revision == standing && _digests[at] == digest ? OutcomeStatus.Duplicate
            : OutcomeStatus.Late;
    }
}
