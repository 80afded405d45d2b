using Polly;
using Polly.Retry;

namespace GpuCredit.Client;

/// <summary>A call's own policy: what is unavailable, and a fault that may pass, is tried again within a bound.</summary>
internal sealed class CallRetry
{
    private readonly ResiliencePipeline _pipeline;

    public CallRetry(RetryOptions options, TimeProvider time, ClientMetrics metrics)
    {
        if (options.RetriesMax == 0)
        {
            _pipeline = ResiliencePipeline.Empty;
            return;
        }

        var backoff = new Backoff(options);
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.RetriesMax,
                ShouldHandle = args => ValueTask.FromResult(IsWorthAnotherTry(args.Outcome) && !(RetryAfter(args.Outcome) > options.DelayMax)),
                DelayGenerator = args => ValueTask.FromResult<TimeSpan?>(backoff.Next(args.AttemptNumber, RetryAfter(args.Outcome))),
                OnRetry = _ =>
                {
                    metrics.Retried();
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
    }

    /// <summary>Calls until there is an answer other than unavailable, or the bound is reached; the last answer or fault is the caller's.</summary>
    public Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> once, CancellationToken cancellation)
        where T : class, IRetriedOutcome =>
        _pipeline.ExecuteAsync(static async (once, cancellation) => await once(cancellation), once, cancellation).AsTask();

    private static bool IsWorthAnotherTry(Outcome<object> outcome) =>
        outcome.Exception is GpuCreditException { IsTransient: true } || outcome.Result is IRetriedOutcome { IsUnavailable: true };

    private static TimeSpan? RetryAfter(Outcome<object> outcome) =>
        outcome.Exception is GpuCreditException fault ? fault.RetryAfter : (outcome.Result as IRetriedOutcome)?.RetryAfter;
}
