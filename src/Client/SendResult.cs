namespace GpuCredit.Client;

/// <summary>What became of one try at sending entries.</summary>
public sealed class SendResult
{
    private SendResult(IReadOnlyList<EntryOutcome>? outcomes) => Outcomes = outcomes;

    /// <summary>One for each entry, in order; null when there was no answer to them.</summary>
    public IReadOnlyList<EntryOutcome>? Outcomes { get; }

    /// <summary>The server takes less at once; nothing was done.</summary>
    public bool IsTooLarge { get; private init; }

    /// <summary>Why there are no outcomes.</summary>
    public GpuCreditException? Fault { get; private init; }

    /// <summary>When the server said to come back; null when it didn't say.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>The server answered.</summary>
    public static SendResult Answered(IReadOnlyList<EntryOutcome> outcomes, TimeSpan? retryAfter = null) => new(outcomes) { RetryAfter = retryAfter };

    /// <summary>The server takes less at once.</summary>
    public static SendResult TooLarge(string detail) => new(outcomes: null) { IsTooLarge = true, Fault = new GpuCreditException(detail, isTransient: false) };

    /// <summary>There was no answer, or none that is GpuCredit's.</summary>
    public static SendResult Faulted(GpuCreditException fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return new(outcomes: null) { Fault = fault, RetryAfter = fault.RetryAfter };
    }
}
