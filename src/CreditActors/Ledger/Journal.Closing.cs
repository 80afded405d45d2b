using System.Collections.Immutable;
using System.Globalization;

namespace CreditActors.Ledger;

/// <summary>The closed part: what of the time before the horizon is kept, and how a journal comes to its closing (docs/decisions/0009-horizon.md).</summary>
public sealed partial class Journal
{
    /// <summary>
    /// No usage is before this tick, no credit ends before it, and no void lies before it, closed sums aside. (An amendment can
    /// leave it too early.)
    /// </summary>
    private long _firstClosable = long.MaxValue;

    /// <summary>The first tick that is open; <see cref="long.MinValue"/> when nothing was ever closed. A closing moves it when it begins.</summary>
    internal long Horizon { get; private set; } = long.MinValue;

    /// <summary>What the last closing left of the time before its horizon, once it is carried out; null when none was.</summary>
    internal ClosedBooks? Closed { get; private set; }

    internal long BoundariesMoved => _epochs.BoundariesMoved;

    /// <summary>A closed sum is a usage like any other, numbered before all others.</summary>
    private int ClosedSumCount => Closed?.Sums.Length ?? 0;

    /// <summary>True when a closing would fold or forget something. It may be true of one that does neither, never the other way.</summary>
    internal bool IsWorthClosing(Closing closing) =>
        closing.Horizon > _firstClosable || (Closed is { } closed && closed.Ids.Any(ids => ids.Horizon <= closing.ForgetThrough));

    /// <summary>A journal that holds closed books and nothing else, with the same room for ids.</summary>
    internal Journal Restored(ClosedBooks books)
    {
        var journal = Over(books);
        for (var sum = 0; sum < books.Sums.Length; sum++)
            journal.TakeSum(sum);
        return journal;
    }

    /// <summary>
    /// Begins a closing: what it leaves is decided now, and carried out by <see cref="ClosingRun.Step"/>. Null when the books are closed that
    /// far already. Until it is over this journal goes on answering, and whatever it is given the run is given too.
    /// It takes no entry any more that <see cref="Lateness"/> calls late.
    /// </summary>
    internal ClosingRun? BeginClosing(Closing closing)
    {
        if (closing.Horizon <= Horizon)
            return null;
        Horizon = closing.Horizon;
        var fold = new Fold(_credits, _usages, _epochs, closing.Horizon);
        var books = new ClosedBooks(closing.Horizon, (Closed?.CreditsSum ?? 0) + fold.CreditsSum, [.. fold.Sums()], []);
        ImmutableArray<ClosedIds> kept = [.. (Closed?.Ids ?? []).Where(ids => ids.Horizon > closing.ForgetThrough)];
        return new(fold, _credits, _usages, ClosedSumCount, Over(books), kept);
    }

    /// <summary>The journal that a closing leaves, carried out at once. This one is not to be used any more.</summary>
    internal Journal Close(Closing closing)
    {
        if (BeginClosing(closing) is not { } run)
            return this;
        run.Finish();
        return run.Journal;
    }

    /// <summary>Takes one of the closed sums in, as a usage whose id has a space, which no usage's has. All of them come before any usage.</summary>
    internal void TakeSum(int sum) =>
        Apply(new Usage(string.Create(CultureInfo.InvariantCulture, $" {sum}"), Closed!.Sums[sum].Amount, Closed.Sums[sum].At));

    /// <summary>Takes over a usage as it stands in another journal. Its id must be new here.</summary>
    internal void TakeOver(UsageTable others, int usage)
    {
        var timestamp = others.Timestamp(usage);
        MayClose(timestamp);
        var taken = _usages.TakeOver(others, usage);
        if (others.Amount(usage) > 0)
            Insert(taken, timestamp);
    }

    /// <summary>Has the memory fetched where a usage of another journal belongs. Changes nothing.</summary>
    internal void Prefetch(UsageTable others, int usage) => _usages.Prefetch(others, usage);

    /// <summary>Takes over a credit as it stands in another journal. Its id must be new here.</summary>
    /// <returns>How many boundaries moved for it: what it cost beyond itself.</returns>
    internal long TakeOver(CreditTable others, int credit)
    {
        ref readonly var row = ref others[credit];
        var before = _epochs.BoundariesMoved;
        MayClose(row.Amount == 0 ? row.Timestamp : row.End);
        var taken = _credits.TakeOver(others, credit);
        StandingCreditsSum += row.Amount;
        if (row.Amount > 0)
            Link(taken, row.Timestamp, row.End);
        return _epochs.BoundariesMoved - before;
    }

    /// <inheritdoc cref="Replay.Extend"/>
    internal int Extend(int epochsMost) => _replay.Extend(epochsMost);

    /// <summary>The ids that have left and aren't forgotten, once all of them are there.</summary>
    internal void Remember(ImmutableArray<ClosedIds> ids) => Closed = Closed! with { Ids = ids };

    /// <summary>The sums are still to be taken in.</summary>
    private Journal Over(ClosedBooks books) => new(_idBytesMax) { Closed = books, Horizon = books.Horizon, StandingCreditsSum = books.CreditsSum };

    private void MayClose(Entry edition) => MayClose(edition is Credit { IsVoid: false } credit ? credit.End : edition.Timestamp);

    private void MayClose(long through)
    {
        if (through < _firstClosable)
            _firstClosable = through;
    }
}
