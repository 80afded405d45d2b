using System.Runtime.CompilerServices;
using System.Text;

namespace CreditActors.Ledger;

/// <summary>
/// Reads <see cref="PackedEntries"/> one after another. Hot: a million of them are read when a large account wakes, which may be the first thing that
/// a process does. So whoever reads all of them in a loop is compiled at its best at once (<see cref="MethodImplOptions.AggressiveOptimization"/>), with what it calls here in it.
/// </summary>
internal ref struct EntryCursor
{
    private readonly ReadOnlySpan<byte> _kinds;
    private readonly int _idMarkBytes;
    private readonly bool _hasRevisions;
    private int _at;
    private Column _ids;
    private Column _amounts;
    private Column _steps;
    private Column _revisions;
    private Column _expirations;
    private Column _priorities;

    public EntryCursor(PackedEntries entries)
    {
        _kinds = entries.Kinds.Span;
        _idMarkBytes = entries.IdMarkBytes;
        _hasRevisions = !entries.Revisions.IsEmpty;
        _ids = new(entries.Ids.Span);
        _amounts = new(entries.Amounts.Span);
        _steps = new(entries.TimestampSteps.Span);
        _revisions = new(entries.Revisions.Span);
        _expirations = new(entries.Expirations.Span);
        _priorities = new(entries.Priorities.Span);
    }

    public EntryKind Kind { get; private set; }

    /// <summary>Valid as long as the entries are.</summary>
    public ReadOnlySpan<byte> Id { get; private set; }

    public long Amount { get; private set; }

    public long Timestamp { get; private set; }

    public int Revision { get; private set; }

    /// <summary>A credit's; of a usage it says nothing.</summary>
    public long Expiration { get; private set; }

    /// <summary>A credit's; of a usage it says nothing.</summary>
    public int Priority { get; private set; }

    /// <summary>Goes to the next entry; false when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Next()
    {
        if (!NextId())
            return false;
        Amount = _amounts.Number();
        Timestamp += _steps.Signed();
        if (_hasRevisions)
            Revision = (int)_revisions.Number();
        if (Kind == EntryKind.Usage)
            return true;
        if (Kind != EntryKind.Credit)
            ThrowNoKind();
        Expiration = _expirations.Number();
        Priority = (int)_priorities.Number();
        return true;
    }

    /// <summary>Goes to the next entry's kind and id, and reads no more of any entry. For whoever looks ahead.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool NextId()
    {
        if (_at == _kinds.Length)
            return false;
        Kind = (EntryKind)_kinds[_at++];
        Id = _ids.Text(_idMarkBytes);
        return true;
    }

    /// <summary>Makes sure that no column has more.</summary>
    public readonly void End()
    {
        _ids.End("ids");
        _amounts.End("amounts");
        _steps.End("timestamp steps");
        _revisions.End("revisions");
        _expirations.End("expirations");
        _priorities.End("priorities");
    }

    public readonly Entry ToEntry()
    {
        var id = Encoding.ASCII.GetString(Id);
        return Kind == EntryKind.Credit
            ? new Credit(id, Amount, Timestamp, Expiration, Priority, Revision)
            : new Usage(id, Amount, Timestamp, Revision);
    }

    private readonly void ThrowNoKind() => throw new FormatException($"{(int)Kind} is no kind of entry.");

    private ref struct Column(ReadOnlySpan<byte> bytes)
    {
        private const int BitsEach = 7;
        private const int More = 0x80;

        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private int _at;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public long Number() => checked((long)Unsigned());

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public long Signed()
        {
            var number = Unsigned();
            return (long)(number >> 1) ^ -(long)(number & 1);
        }

        /// <summary>After so many bytes that mean nothing: a length, and as many characters.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public ReadOnlySpan<byte> Text(int markBytes)
        {
            _at += markBytes;
            var length = Unsigned();
            if (length is 0 or > Limits.IdCharsMax || (int)length > _bytes.Length - _at)
                throw new FormatException("An id is cut off, empty or too long.");
            var text = _bytes.Slice(_at, (int)length);
            if (!Ascii.IsValid(text))
                throw new FormatException("An id isn't ASCII.");
            _at += (int)length;
            return text;
        }

        public readonly void End(string name)
        {
            if (_at != _bytes.Length)
                throw new FormatException($"There are more {name} than entries.");
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private ulong Unsigned()
        {
            if ((uint)_at < (uint)_bytes.Length && _bytes[_at] is var only and < More)
            {
                _at++;
                return only;
            }

            return UnsignedOfMany();
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private ulong UnsignedOfMany()
        {
            var number = 0UL;
            for (var bits = 0; bits < 64; bits += BitsEach)
            {
                if (_at >= _bytes.Length)
                    throw new FormatException("A column ends too early.");
                var next = _bytes[_at++];
                if (bits == 63 && next > 1)
                    break;
                number |= (ulong)(next & (More - 1)) << bits;
                if (next < More)
                    return number;
            }

            throw new FormatException("A number has more than 64 bits.");
        }
    }
}
