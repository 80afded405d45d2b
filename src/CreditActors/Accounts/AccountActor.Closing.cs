using Akka.Actor;
using Akka.Event;

namespace CreditActors.Accounts;

/// <summary>Closings: stored as part of an event, and then carried out in portions between everything else that comes.</summary>
internal sealed partial class AccountActor
{
    private readonly Closings _closings = ClosingsProvider.Instance.Apply(Context.System);

    private void BeginClosing()
    {
        _closings.Begin();
        Self.Tell(ClosingPortion.Instance);
    }

    private void CarryOutClosing()
    {
        if (_state.CarryOut(_settings.ClosingPortionEntries) is not { } closing)
        {
            Self.Tell(ClosingPortion.Instance);
            return;
        }

        _closings.End(closing.Run.Folded);
        Log.Debug(
            "Account {AccountId}: version {Version} has closed its books before {Horizon}; {Folded} entries have left, {Staying} stay.",
            _accountId, closing.Version, _state.Journal.Horizon, closing.Run.Folded, _state.Journal.UsageCount + _state.Journal.CreditCount);
        BeginAnew(closing);
        CutSnapshot();
    }

    /// <summary>The account stops: the closing is stored, and whoever reads it next carries it out.</summary>
    private void LeaveClosing()
    {
        if (_state.IsClosing)
            _closings.Leave();
    }
}
