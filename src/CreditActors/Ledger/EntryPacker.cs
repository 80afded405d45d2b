namespace CreditActors.Ledger;

/// <summary>Makes <see cref="PackedEntries"/>, entry by entry. Hot: the rows of a snapshot are packed while the account waits.</summary>
internal sealed class EntryPacker
{
    private const int IdBytesGuessed = 34;
    private const int AmountBytesGuessed = 2;
    private const int StepBytesGuessed = 3;

    private readonly byte[] _kinds;
    private int _count;
    private long _timestamp;
    private Column _ids;
    private Column _amounts;
    private Column _steps;
    private Column _revisions;
    private Column _expirations;
    private Column _priorities;

    /// <param name="count">How many entries there will be, at most.</param>
    public EntryPacker(int count)
    {
        _kinds = new byte[count];
        (_ids, _amounts, _steps) = (new(count * IdBytesGuessed), new(count * AmountBytesGuessed), new(count * StepBytesGuessed));
    }

    public void Add(Entry entry)
    {
        var id = IdTable.Encode(entry.Id, stackalloc byte[Limits.IdCharsMax]);
        if (entry is Credit credit)
            AddCredit(id, credit);
        else
            AddUsage(id, entry.Amount, entry.Timestamp, entry.Revision);
    }

    public void AddUsage(ReadOnlySpan<byte> id, long amount, long timestamp, int revision) => Add(EntryKind.Usage, id, amount, timestamp, revision);

    public PackedEntries Pack() => new()
    {
        Kinds = _kinds.AsMemory(0, _count),
        Ids = _ids.Bytes,
        Amounts = _amounts.Bytes,
        TimestampSteps = _steps.Bytes,
        Revisions = _revisions.Bytes,
        Expirations = _expirations.Bytes,
        Priorities = _priorities.Bytes,
    };

    private void AddCredit(ReadOnlySpan<byte> id, Credit credit)
    {
        Add(EntryKind.Credit, id, credit.Amount, credit.Timestamp, credit.Revision);
        _expirations.Number((ulong)credit.Expiration);
        _priorities.Number((ulong)credit.Priority);
    }

    private void Add(EntryKind kind, ReadOnlySpan<byte> id, long amount, long timestamp, int revision)
    {
        _ids.Number((ulong)id.Length);
        _ids.Text(id);
        _amounts.Number((ulong)amount);
        var step = timestamp - _timestamp;
        _steps.Number(unchecked((ulong)((step << 1) ^ (step >> 63))));
        _timestamp = timestamp;
        if (revision != 0 || _revisions.Length > 0)
        {
            // The first that isn't 0: until here there was none.
            for (var before = _revisions.Length == 0 ? _count : 0; before > 0; before--)
                _revisions.Number(0);
            _revisions.Number((ulong)revision);
        }

        _kinds[_count++] = (byte)kind;
    }

    private struct Column(int bytesGuessed)
    {
        private const int NumberBytesMax = 10;
        private const int BitsEach = 7;
        private const ulong More = 0x80;

        private byte[] _bytes = new byte[bytesGuessed];

        public int Length { get; private set; }

        public readonly ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, Length);

        public void Text(ReadOnlySpan<byte> text)
        {
            MakeRoom(text.Length);
            text.CopyTo(_bytes.AsSpan(Length));
            Length += text.Length;
        }

        public void Number(ulong number)
        {
            MakeRoom(NumberBytesMax);
            for (; number >= More; number >>= BitsEach)
                _bytes[Length++] = unchecked((byte)(number | More));
            _bytes[Length++] = (byte)number;
        }

        private void MakeRoom(int bytes)
        {
            if (bytes > (_bytes ??= []).Length - Length)
                Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + bytes));
        }
    }
}
