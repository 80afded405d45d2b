namespace CreditActors.Ledger;

/// <summary>Some of the digests of <see cref="ClosedIds"/>: those whose first bits are the same. Sorted once all are there.</summary>
internal sealed class ClosedIdPage
{
    private UInt128[] _digests = [];

    /// <summary>One for each digest, once any of them isn't 0.</summary>
    private int[]? _revisions;

    public int Count { get; private set; }

    public UInt128 Digest(int at) => _digests[at];

    public int Revision(int at) => _revisions is null ? 0 : _revisions[at];

    public void Add(UInt128 digest, int revision)
    {
        if (Count == _digests.Length)
        {
            Array.Resize(ref _digests, Math.Max(4, Count * 2));
            if (_revisions is not null)
                Array.Resize(ref _revisions, _digests.Length);
        }

        if (revision != 0)
            (_revisions ??= new int[_digests.Length])[Count] = revision;
        _digests[Count++] = digest;
    }

    public void Sort()
    {
        Array.Resize(ref _digests, Count);
        if (_revisions is null)
        {
            Array.Sort(_digests);
            return;
        }

        Array.Resize(ref _revisions, Count);
        Array.Sort(_digests, _revisions);
    }

    /// <summary>The place of the first digest that isn't less; <see cref="Count"/> when there is none.</summary>
    public int FirstFrom(UInt128 digest)
    {
        var at = Array.BinarySearch(_digests, digest);
        return at < 0 ? ~at : at;
    }
}
