namespace GpuCredit.Client;

/// <summary>What <see cref="CallRetry"/> must know of an outcome.</summary>
internal interface IRetriedOutcome
{
    bool IsUnavailable { get; }

    TimeSpan? RetryAfter { get; }
}
