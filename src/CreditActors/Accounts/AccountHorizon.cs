using CreditActors.Ledger;

namespace CreditActors.Accounts;

/// <summary>
/// Which entries are late for one account, and when its books are closed. Pure: what time it is comes with the command. The horizon is
/// that of the clock, and never before a closing, be it stored or only on its way there (docs/decisions/0009-horizon.md).
/// </summary>
/// <param name="length">How far back from now entries are taken, in ticks; null: however far back.</param>
internal sealed class AccountHorizon<TCaller>(long? length)
{
    /// <summary>The books are closed when the horizon has moved by this part of its length.</summary>
    private const int ClosingsPerLength = 8;

    /// <summary>The batch whose event closes the books; null: none that isn't stored yet does.</summary>
    private Batch<TCaller>? _closing;

    /// <param name="entry">What would be recorded if there were no horizon.</param>
    /// <param name="standing">The edition that it would replace; null when there is none.</param>
    /// <param name="standingIn">The batch of that edition, when it isn't stored yet.</param>
    /// <param name="stored">The horizon of the last closing that is stored.</param>
    /// <param name="now">The tick that it is.</param>
    /// <param name="lean">The batch without which it might not be late.</param>
    public bool IsLate(Entry entry, Entry? standing, Batch<TCaller>? standingIn, long stored, long now, out Batch<TCaller>? lean)
    {
        lean = standingIn;
        if (Lateness.IsLate(entry, standing, length is { } ticks ? Math.Max(stored, now - ticks) : stored))
            return true;
        if (_closing is null || !Lateness.IsLate(entry, standing, _closing.Closing!.Value.Horizon))
            return false;
        if (lean is null || lean.Order < _closing.Order)
            lean = _closing; // the clock went back since
        return true;
    }

    /// <summary>Closes the books with an event that is to be stored, when it is time and there is something to fold.</summary>
    /// <param name="last">The last batch that is gathered: no entry in it, or before it, was decided after the closing.</param>
    /// <param name="journal">What is stored. No closing of it is under way.</param>
    /// <param name="now">The tick that it is.</param>
    public void MayClose(Batch<TCaller> last, Journal journal, long now)
    {
        if (length is not { } ticks || _closing is not null)
            return;
        var horizon = now - ticks;
        if (journal.Horizon != long.MinValue && horizon - journal.Horizon < Math.Max(1, ticks / ClosingsPerLength))
            return;
        var closing = new Closing(horizon, ForgetThrough: horizon - ticks);
        if (!journal.IsWorthClosing(closing))
            return;
        last.Closing = closing;
        _closing = last;
    }

    /// <summary>The closing that was on its way is stored, or given up.</summary>
    public void Settle() => _closing = null;
}
