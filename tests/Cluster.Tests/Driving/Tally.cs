namespace Cluster.Tests.Driving;

/// <summary>How the requests of all callers fared.</summary>
internal sealed class Tally
{
    private const int FailuresKept = 30;

    private readonly Lock _gate = new();
    private readonly List<string> _failures = [];
    private TaskCompletionSource? _retried;
    private int _awaitedRetries;

    /// <summary>Requests, whatever the number of tries.</summary>
    public int Requests { get; private set; }

    /// <summary>Requests that were answered at a second try or later, or never.</summary>
    public int RetriedRequests { get; private set; }

    /// <summary>Requests that five seconds of tries left without an answer. What they carried is sent again later.</summary>
    public int FailedRequests { get; private set; }

    /// <summary>The longest that a request took which was answered, its tries included.</summary>
    public TimeSpan Slowest { get; private set; }

    /// <summary>Completes when so many more requests had to be tried again.</summary>
    public Task WhenRetriedAsync(int count)
    {
        lock (_gate)
        {
            _awaitedRetries = RetriedRequests + count;
            _retried = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _retried.Task;
        }
    }

    public void Tried(int number, TimeSpan after, bool isAnswered)
    {
        lock (_gate)
        {
            if (number == 1) Requests++;
            if (number == 2 && ++RetriedRequests == _awaitedRetries) _retried?.TrySetResult();
            if (isAnswered && after > Slowest) Slowest = after;
        }
    }

    /// <summary>The first of those that failed, each with its tries.</summary>
    public IReadOnlyList<string> Failures
    {
        get { lock (_gate) return [.. _failures]; }
    }

    public void Failed(string how)
    {
        lock (_gate)
        {
            FailedRequests++;
            if (_failures.Count < FailuresKept) _failures.Add(how);
        }
    }
}
