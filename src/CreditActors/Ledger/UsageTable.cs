using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CreditActors.Ledger;

/// <summary>
/// The standing usages of an account, numbered in the order in which their ids came; voided ones keep their number. 16 bytes a
/// usage beside its id; the revision, 0 for nearly all, is kept only where it isn't.
/// </summary>
/// <param name="idBytesMax">The room for ids.</param>
internal sealed class UsageTable(long idBytesMax = IdTable.BytesMax)
{
    private readonly IdTable _ids = new(idBytesMax);
    private readonly ChunkedList<UsageRow> _rows = new();
    private Dictionary<int, int>? _revisions;

    public int Count => _rows.Count;

    /// <inheritdoc cref="IdTable.BytesUsed"/>
    public long IdBytes => _ids.BytesUsed;

    public long Timestamp(int usage) => _rows[usage].Timestamp;

    public long Amount(int usage) => _rows[usage].Amount;

    public ReadOnlySpan<byte> Id(int usage) => _ids.Bytes(usage);

    public int Revision(int usage) => _revisions is null ? 0 : _revisions.GetValueOrDefault(usage);

    /// <summary>True when usage <paramref name="left"/> comes before <paramref name="right"/> in the replay: by time, then by id.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Precedes(int left, int right)
    {
        var (leftAt, rightAt) = (_rows[left].Timestamp, _rows[right].Timestamp);
        return leftAt != rightAt ? leftAt < rightAt : _ids.Compare(left, right) < 0;
    }

    /// <inheritdoc cref="IdTable.HasRoomFor"/>
    public bool HasRoomFor(long idBytes) => _ids.HasRoomFor(idBytes);

    [SkipLocalsInit]
    public int Find(string usageId) => _ids.Find(IdTable.Encode(usageId, stackalloc byte[Limits.IdCharsMax]));

    /// <summary>Has the memory fetched where the id is, or belongs. Changes nothing.</summary>
    [SkipLocalsInit]
    public void Prefetch(string usageId) => _ids.Prefetch(IdTable.Encode(usageId, stackalloc byte[Limits.IdCharsMax]));

    /// <inheritdoc cref="IdTable.Prefetch"/>
    public ulong Prefetch(ReadOnlySpan<byte> usageId) => _ids.Prefetch(usageId);

    /// <inheritdoc cref="IdTable.Expect"/>
    public void Expect(int usages) => _ids.Expect(usages);

    /// <inheritdoc cref="IdTable.FindOrAdd(ReadOnlySpan{byte}, ulong, out bool)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int FindOrAdd(ReadOnlySpan<byte> usageId, ulong hash, out bool added)
    {
        var usage = _ids.FindOrAdd(usageId, hash, out added);
        if (added)
            _rows.Add(default);
        return usage;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(int usage, long amount, long timestamp, int revision)
    {
        _rows[usage] = new() { Timestamp = timestamp, Amount = amount };
        if (revision != 0)
            (_revisions ??= [])[usage] = revision;
    }

    /// <summary>Takes over a usage of another table, whose id isn't here, as it stands: no string is made of its id.</summary>
    public int TakeOver(UsageTable other, int usage)
    {
        var taken = _ids.Add(other.Id(usage));
        _rows.Add(other._rows[usage]);
        if (other.Revision(usage) is not 0 and var revision)
            (_revisions ??= [])[taken] = revision;
        return taken;
    }

    /// <summary>Has the memory fetched where the id of another table's usage belongs. Changes nothing.</summary>
    public void Prefetch(UsageTable other, int usage) => _ids.Prefetch(other.Id(usage));

    public Usage Read(int usage) => new(_ids.Text(usage), Amount(usage), Timestamp(usage), Revision(usage));

    [StructLayout(LayoutKind.Auto)]
    private struct UsageRow
    {
        public long Timestamp;
        public long Amount;
    }
}
