namespace GpuCredit.Client;

/// <summary>
/// How often, and after which pause, something is tried again: a random time from 0 to a bound that starts at <see cref="DelayBase"/>
/// and doubles up to <see cref="DelayMax"/> (full jitter), and never sooner than the server said in <c>Retry-After</c> (over gRPC,
/// <c>RetryInfo</c> or <c>retry_after_ms</c>), of which 5 minutes count at most.
/// </summary>
public sealed class RetryOptions
{
    /// <summary>Tries after the first one; 0 for none. 4. An <see cref="EntryBuffer"/> has no such bound: it tries until acknowledged.</summary>
    public int RetriesMax { get; set; } = 4;

    /// <summary>The bound of the first pause. 100 ms.</summary>
    public TimeSpan DelayBase { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The greatest bound of a pause. 5 s for a call: a server that says to come back later than that is <c>unavailable</c> at once.
    /// </summary>
    public TimeSpan DelayMax { get; set; } = TimeSpan.FromSeconds(5);

    internal void Check(string name)
    {
        OptionRules.Require(RetriesMax is >= 0 and <= 1_000, $"{name}.{nameof(RetriesMax)}", "must be 0 to 1,000");
        OptionRules.Require(DelayBase > TimeSpan.Zero, $"{name}.{nameof(DelayBase)}", "must be longer than 0");
        OptionRules.Require(DelayMax >= DelayBase && DelayMax <= TimeSpan.FromHours(1), $"{name}.{nameof(DelayMax)}", "must be at least DelayBase, and at most an hour");
    }
}
