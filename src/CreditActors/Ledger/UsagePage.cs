using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CreditActors.Ledger;

/// <summary>Up to <see cref="UsagesMax"/> usages sorted by (time, id), and their sum. The parts of a <see cref="UsageRun"/>.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct UsagePage
{
    public const int UsagesMax = 512;

    private int[]? _usages;

    public int Count;

    public Int128 Sum;

    public readonly ReadOnlySpan<int> Filled => _usages.AsSpan(0, Count);

    public readonly int First => _usages![0];

    public readonly int Last => _usages![Count - 1];

    public static UsagePage Of(UsageTable usages, ReadOnlySpan<int> sorted)
    {
        var page = new UsagePage { _usages = sorted.ToArray(), Count = sorted.Length };
        foreach (var usage in sorted)
            page.Sum += usages.Amount(usage);
        return page;
    }

    /// <summary>How many of the page's usages come before the given one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly int CountBefore(UsageTable usages, int usage)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (usages.Precedes(_usages![middle], usage))
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>How many of the page's usages have a timestamp before the given one.</summary>
    public readonly int CountBefore(UsageTable usages, long from)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (usages.Timestamp(_usages![middle]) < from)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void InsertAt(int at, int usage, long amount)
    {
        // Half as much again, and not twice: most epochs have few usages, and there are as many epochs as boundaries.
        if (_usages is null || Count == _usages.Length)
            Array.Resize(ref _usages, Math.Min(UsagesMax, Count + (Count / 2) + 4));
        if (at < Count)
            Array.Copy(_usages, at, _usages, at + 1, Count - at);
        _usages[at] = usage;
        Count++;
        Sum += amount;
    }

    public void RemoveAt(int at, long amount)
    {
        Count--;
        Array.Copy(_usages!, at + 1, _usages!, at, Count - at);
        Sum -= amount;
    }

    /// <summary>Adds a page whose usages all come after those of this one; the two must fit.</summary>
    public void AppendAll(in UsagePage right)
    {
        if (Count + right.Count > _usages!.Length)
            Array.Resize(ref _usages, Count + right.Count);
        right.Filled.CopyTo(_usages.AsSpan(Count));
        Count += right.Count;
        Sum += right.Sum;
    }

    public UsagePage TakeUpperHalf(UsageTable usages)
    {
        var half = Count / 2;
        var upper = Of(usages, Filled[half..]);
        Count = half;
        Sum -= upper.Sum;
        return upper;
    }

    /// <summary>Keeps the count and the sum only: the usages have gone into pages of their own.</summary>
    public void DropSlots() => _usages = null;
}
