using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CreditActors.Ledger;

/// <summary>The standing credits of an account, numbered in the order in which their ids came; voided ones keep their number.</summary>
/// <param name="idBytesMax">The room for ids.</param>
internal sealed class CreditTable(long idBytesMax = IdTable.BytesMax)
{
    /// <summary>Ends a list of credits that is linked through <see cref="CreditRow.NextStarting"/>.</summary>
    public const int None = -1;

    private readonly IdTable _ids = new(idBytesMax);
    private readonly ChunkedList<CreditRow> _rows = new();

    public int Count => _rows.Count;

    public ReadOnlySpan<byte> Id(int credit) => _ids.Bytes(credit);

    /// <inheritdoc cref="IdTable.BytesUsed"/>
    public long IdBytes => _ids.BytesUsed;

    public ref CreditRow this[int credit] => ref _rows[credit];

    /// <inheritdoc cref="IdTable.HasRoomFor"/>
    public bool HasRoomFor(long idBytes) => _ids.HasRoomFor(idBytes);

    [SkipLocalsInit]
    public int Find(string creditId) => _ids.Find(IdTable.Encode(creditId, stackalloc byte[Limits.IdCharsMax]));

    [SkipLocalsInit]
    public int FindOrAdd(string creditId, out bool added)
    {
        var credit = _ids.FindOrAdd(IdTable.Encode(creditId, stackalloc byte[Limits.IdCharsMax]), out added);
        if (added)
            _rows.Add(default);
        return credit;
    }

    public void Set(int credit, Credit edition) => _rows[credit] = new()
    {
        Amount = edition.Amount,
        Timestamp = edition.Timestamp,
        End = edition.End,
        Priority = edition.Priority,
        Revision = edition.Revision,
        NextStarting = None,
    };

    /// <summary>Takes over a credit of another table, whose id isn't here, as it stands: no string is made of its id.</summary>
    public int TakeOver(CreditTable other, int credit)
    {
        var taken = _ids.Add(other.Id(credit));
        _rows.Add(other._rows[credit] with { NextStarting = None });
        return taken;
    }

    public Credit Read(int credit)
    {
        ref var row = ref _rows[credit];
        return new(_ids.Text(credit), row.Amount, row.Timestamp, row.End - row.Timestamp, row.Priority, row.Revision);
    }

    /// <summary>The last two keys of the burn order (priority, end, start, creditId), for credits equal in the first two.</summary>
    public int CompareStartThenId(int left, int right)
    {
        var byStart = _rows[left].Timestamp.CompareTo(_rows[right].Timestamp);
        return byStart != 0 ? byStart : _ids.Compare(left, right);
    }

    [StructLayout(LayoutKind.Auto)]
    internal struct CreditRow
    {
        public long Amount;
        public long Timestamp;
        public long End;
        public int Priority;
        public int Revision;

        /// <summary>The next credit that starts at the same boundary, or <see cref="None"/>.</summary>
        public int NextStarting;
    }
}
