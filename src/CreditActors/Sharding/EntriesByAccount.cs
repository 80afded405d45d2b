using System.Runtime.InteropServices;

namespace CreditActors.Sharding;

/// <summary>Which places of a batch are of which account, in the order of the batch. Made once, in two passes.</summary>
internal sealed class EntriesByAccount
{
    private const int Left = -1;

    private readonly int[] _positions;
    private readonly List<int> _ends = [];

    /// <param name="entries">The batch.</param>
    /// <param name="isLeft">Whether the entry at a place is left out.</param>
    public EntriesByAccount(IReadOnlyList<AccountEntry> entries, Func<int, bool> isLeft)
    {
        var accounts = new Dictionary<string, int>(StringComparer.Ordinal);
        var accountOf = new int[entries.Count];
        for (var i = 0; i < accountOf.Length; i++)
        {
            if (isLeft(i))
            {
                accountOf[i] = Left;
                continue;
            }

            ref var account = ref CollectionsMarshal.GetValueRefOrAddDefault(accounts, entries[i].AccountId, out var isKnown);
            if (!isKnown)
            {
                account = _ends.Count;
                _ends.Add(0);
            }

            accountOf[i] = account;
            _ends[account]++;
        }

        // Each account's count becomes the place of its first entry, and by putting them there, the place after its last.
        var begin = 0;
        for (var account = 0; account < _ends.Count; account++)
            (_ends[account], begin) = (begin, begin + _ends[account]);
        _positions = new int[begin];
        for (var i = 0; i < accountOf.Length; i++)
        {
            if (accountOf[i] != Left)
                _positions[_ends[accountOf[i]]++] = i;
        }
    }

    /// <summary>Accounts.</summary>
    public int Count => _ends.Count;

    /// <summary>Entries of all of them.</summary>
    public int EntryCount => _positions.Length;

    /// <summary>The places of an account's entries in the batch, at least one.</summary>
    public ReadOnlySpan<int> PositionsOf(int account) => _positions.AsSpan((account == 0 ? 0 : _ends[account - 1]).._ends[account]);
}
