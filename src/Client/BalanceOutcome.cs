namespace GpuCredit.Client;

/// <summary>The answer to "what is the balance at a tick?", or why there is none.</summary>
public sealed record BalanceOutcome : IRetriedOutcome
{
    private readonly long? _balance;

    /// <summary>What became of the question.</summary>
    public required BalanceStatus Status { get; init; }

    /// <summary>What remains then; null when nothing does.</summary>
    /// <exception cref="InvalidOperationException">The question wasn't answered: "nothing is known" must not read as "nothing is left".</exception>
    public long? Balance
    {
        get => Status == BalanceStatus.Answered ? _balance : throw new InvalidOperationException($"The balance was not answered ({Status}): {Detail}");
        init => _balance = value;
    }

    /// <summary>The tick that was asked about.</summary>
    public long At { get; init; }

    /// <summary>The account's version that the answer was made from; 0 for an account that nothing was stored for.</summary>
    public long Version { get; init; }

    /// <summary>The field at fault, when the question was rejected.</summary>
    public string? Field { get; init; }

    /// <summary>The rule that the field breaks, a sentence without its subject.</summary>
    public string? Rule { get; init; }

    /// <summary>One sentence for people; null when the question was answered.</summary>
    public string? Detail { get; init; }

    /// <summary>When the server said to come back; null when it didn't say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    bool IRetriedOutcome.IsUnavailable => Status == BalanceStatus.Unavailable;

    internal static BalanceOutcome Unavailable(string? detail, TimeSpan? retryAfter) =>
        new() { Status = BalanceStatus.Unavailable, Detail = detail, RetryAfter = retryAfter };

    internal static BalanceOutcome Rejected(EntryOutcome refusal) =>
        new() { Status = BalanceStatus.Rejected, Field = refusal.Field, Rule = refusal.Rule, Detail = refusal.Detail };

    internal static BalanceOutcome BeforeHorizon(string? detail) => new() { Status = BalanceStatus.BeforeHorizon, Field = "at", Detail = detail };

    // The generated one reads Balance, which throws.
    private bool PrintMembers(System.Text.StringBuilder text)
    {
        text.Append(System.Globalization.CultureInfo.InvariantCulture, $"Status = {Status}, Balance = {_balance}, At = {At}, Version = {Version}, Detail = {Detail}");
        return true;
    }
}
