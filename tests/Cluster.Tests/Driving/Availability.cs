namespace Cluster.Tests.Driving;

/// <summary>
/// For how long accounts didn't answer: to questions, or to writes. An account is unavailable from when the first request
/// that failed was sent to when the next one of its kind that was sent after it is answered. Safe for many callers at once.
/// </summary>
internal sealed class Availability(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly long _start = time.GetTimestamp();
    private readonly Dictionary<(string Account, bool IsWrite), State> _accounts = [];
    private Outage _longest;
    private Outage _longestLately;

    public TimeSpan Now => time.GetElapsedTime(_start);

    /// <summary>The longest so far, those that last included.</summary>
    public Outage Longest
    {
        get
        {
            lock (_gate) return WithThoseThatLast(_longest);
        }
    }

    /// <summary>The longest since this was last asked, those that last included.</summary>
    public Outage TakeLongestLately()
    {
        lock (_gate)
        {
            var longest = WithThoseThatLast(_longestLately);
            _longestLately = default;
            return longest;
        }
    }

    public void Failed(IEnumerable<string> accounts, bool isWrite, TimeSpan sentAt)
    {
        lock (_gate)
        {
            foreach (var state in accounts.Select(account => StateOf(account, isWrite)))
            {
                // Another request, sent later, was answered before this one failed: the account was there.
                if (state.LastAnswered < sentAt && !(state.DownSince <= sentAt)) state.DownSince = sentAt;
            }
        }
    }

    public void Answered(IEnumerable<string> accounts, bool isWrite, TimeSpan sentAt)
    {
        lock (_gate)
        {
            foreach (var account in accounts)
            {
                var state = StateOf(account, isWrite);
                if (sentAt > state.LastAnswered) state.LastAnswered = sentAt;
                if (!(state.DownSince <= sentAt)) continue;
                var outage = OutageOf((account, isWrite), state);
                state.DownSince = null;
                if (outage.Length > _longest.Length) _longest = outage;
                if (outage.Length > _longestLately.Length) _longestLately = outage;
            }
        }
    }

    /// <summary>Whether a question to it that was sent after this moment has been answered.</summary>
    public bool HasAnsweredSince(string account, TimeSpan moment)
    {
        lock (_gate) return StateOf(account, isWrite: false).LastAnswered >= moment;
    }

    /// <summary>Whether an account is left whose last write found no answer.</summary>
    public bool IsAnyWriteOpen
    {
        get
        {
            lock (_gate) return _accounts.Any(pair => pair.Key.IsWrite && pair.Value.DownSince is not null);
        }
    }

    /// <summary>Accounts whose last question found no answer.</summary>
    public IReadOnlyList<string> Unanswered
    {
        get
        {
            lock (_gate) return [.. _accounts.Where(pair => !pair.Key.IsWrite && pair.Value.DownSince is not null).Select(pair => pair.Key.Account)];
        }
    }

    private Outage WithThoseThatLast(Outage longest) =>
        _accounts.Where(pair => pair.Value.DownSince is not null).Select(pair => OutageOf(pair.Key, pair.Value)).Append(longest).MaxBy(outage => outage.Length);

    private Outage OutageOf((string Account, bool IsWrite) what, State state) => new(what.Account, what.IsWrite, state.DownSince!.Value, Now);

    private State StateOf(string account, bool isWrite)
    {
        if (!_accounts.TryGetValue((account, isWrite), out var state)) _accounts[(account, isWrite)] = state = new State();
        return state;
    }

    private sealed class State
    {
        public TimeSpan LastAnswered { get; set; } = TimeSpan.MinValue;

        public TimeSpan? DownSince { get; set; }
    }
}
