using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CreditActors.Ledger;

/// <summary>
/// The usages of one epoch, sorted by (time, id), in pages that each know their sum. A run of one page has no list of pages.
/// Holds numbers of a <see cref="UsageTable"/>, which every call is given.
/// </summary>
internal struct UsageRun
{
    private const int PageUsagesMax = UsagePage.UsagesMax;

    /// <summary>The run as a single page; once there are several, only its count and its sum are used.</summary>
    private UsagePage _whole;
    private UsagePage[]? _pages;
    private int _pageCount;

    /// <summary>The exact sum of every usage's amount.</summary>
    public readonly Int128 Sum => _whole.Sum;

    public readonly int Count => _whole.Count;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Insert(UsageTable usages, int usage)
    {
        var pages = Pages();
        var page = pages.Length - 1;
        int at;
        if (Count == 0 || usages.Precedes(pages[page].Last, usage))
        {
            at = pages[page].Count;
            if (at == PageUsagesMax)
            {
                AddPage(++page);
                at = 0;
            }
        }
        else
        {
            page = FindPage(usages, usage);
            if (pages[page].Count == PageUsagesMax)
            {
                SplitPage(usages, page);
                if (usages.Precedes(Pages()[page + 1].First, usage))
                    page++;
            }

            at = Pages()[page].CountBefore(usages, usage);
        }

        var amount = usages.Amount(usage);
        Pages()[page].InsertAt(at, usage, amount);
        if (_pages is not null)
            (_whole.Count, _whole.Sum) = (_whole.Count + 1, _whole.Sum + amount);
    }

    /// <summary>Takes out a usage that is in the run; its row must still say what it said when it was inserted.</summary>
    public void Remove(UsageTable usages, int usage)
    {
        var page = FindPage(usages, usage);
        ref var found = ref Pages()[page];
        var at = found.CountBefore(usages, usage);
        if (at == found.Count || found.Filled[at] != usage)
            throw new InvalidOperationException("A standing usage is missing from its epoch.");
        var amount = usages.Amount(usage);
        found.RemoveAt(at, amount);
        if (_pages is null)
            return;
        (_whole.Count, _whole.Sum) = (_whole.Count - 1, _whole.Sum - amount);
        if (found.Count == 0)
            RemovePage(page);
    }

    /// <summary>The sum of the usages with a timestamp of at most <paramref name="at"/>.</summary>
    public Int128 SumThrough(UsageTable usages, long at)
    {
        if (Count == 0)
            return 0;
        var pages = Pages();
        if (usages.Timestamp(pages[^1].Last) <= at)
            return Sum;
        var page = 0;
        for (var (low, high) = (0, pages.Length); low < high;)
        {
            var middle = (low + high) >>> 1;
            if (usages.Timestamp(pages[middle].First) <= at)
                low = page = middle + 1;
            else
                high = middle;
        }

        if (page-- == 0)
            return 0;
        Int128 sum = 0;
        foreach (ref readonly var before in pages[..page])
            sum += before.Sum;
        foreach (var usage in pages[page].Filled)
        {
            if (usages.Timestamp(usage) > at)
                break;
            sum += usages.Amount(usage);
        }

        return sum;
    }

    /// <summary>Takes the usages with a timestamp of at least <paramref name="from"/> out of the run, and returns them as another.</summary>
    public UsageRun SplitOff(UsageTable usages, long from)
    {
        var right = default(UsageRun);
        if (Count == 0 || usages.Timestamp(Pages()[^1].Last) < from)
            return right;
        if (usages.Timestamp(Pages()[0].First) >= from)
        {
            right = this;
            this = default;
            return right;
        }

        var pages = Pages();
        var page = pages.Length - 1;
        while (usages.Timestamp(pages[page].First) >= from)
            page--;
        var at = pages[page].CountBefore(usages, from);
        right.Append(UsagePage.Of(usages, pages[page].Filled[at..]));
        foreach (ref readonly var moved in pages[(page + 1)..])
            right.Append(moved);
        var left = default(UsageRun);
        foreach (ref readonly var kept in pages[..page])
            left.Append(kept);
        left.Append(UsagePage.Of(usages, pages[page].Filled[..at]));
        this = left;
        return right;
    }

    /// <summary>Adds a run whose usages all come after those of this one.</summary>
    public void Append(UsageRun right)
    {
        if (right.Count == 0)
            return;
        foreach (ref readonly var page in right.Pages())
            Append(page);
    }

    private void Append(in UsagePage page)
    {
        if (page.Count == 0)
            return;
        if (Count == 0)
        {
            _whole = page;
            return;
        }

        ref var last = ref Pages()[^1];
        if (last.Count + page.Count <= PageUsagesMax)
        {
            last.AppendAll(page);
            if (_pages is not null)
                (_whole.Count, _whole.Sum) = (_whole.Count + page.Count, _whole.Sum + page.Sum);
            return;
        }

        AddPage(Pages().Length);
        Pages()[^1] = page;
        (_whole.Count, _whole.Sum) = (_whole.Count + page.Count, _whole.Sum + page.Sum);
    }

    [UnscopedRef]
    private Span<UsagePage> Pages() => _pages is null ? MemoryMarshal.CreateSpan(ref _whole, 1) : _pages.AsSpan(0, _pageCount);

    /// <summary>The page that holds the usage, or would.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int FindPage(UsageTable usages, int usage)
    {
        var pages = Pages();
        var (low, high) = (1, pages.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (usages.Precedes(usage, pages[middle].First))
                high = middle;
            else
                low = middle + 1;
        }

        return low - 1;
    }

    private void AddPage(int at)
    {
        if (_pages is null)
        {
            _pages = new UsagePage[4];
            _pages[0] = _whole;
            _pageCount = 1;
            _whole.DropSlots();
        }

        if (_pageCount == _pages.Length)
            Array.Resize(ref _pages, _pageCount * 2);
        Array.Copy(_pages, at, _pages, at + 1, _pageCount - at);
        _pages[at] = default;
        _pageCount++;
    }

    private void SplitPage(UsageTable usages, int page)
    {
        AddPage(page + 1);
        ref var left = ref _pages![page];
        _pages[page + 1] = left.TakeUpperHalf(usages);
    }

    private void RemovePage(int page)
    {
        if (_pageCount == 1)
        {
            this = default;
            return;
        }

        _pageCount--;
        Array.Copy(_pages!, page + 1, _pages!, page, _pageCount - page);
        _pages![_pageCount] = default;
    }
}
