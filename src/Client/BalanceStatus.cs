namespace GpuCredit.Client;

/// <summary>What became of a question.</summary>
public enum BalanceStatus
{
    /// <summary>It was answered.</summary>
    Answered,

    /// <summary>It breaks a rule, <see cref="BalanceOutcome.Rule"/> of <see cref="BalanceOutcome.Field"/>.</summary>
    Rejected,

    /// <summary>The account didn't answer in time: ask again.</summary>
    Unavailable,

    /// <summary>The tick is before the account's horizon: those books are closed, and <see cref="BalanceOutcome.Detail"/> names the horizon.</summary>
    BeforeHorizon,
}
