using EndToEnd.Tests.Law;

namespace EndToEnd.Tests.Crash;

/// <summary>
/// What the senders know: which editions left, which were acknowledged, and with which version. It judges every
/// answer by what was known before its request left. Safe for several senders at once.
/// </summary>
/// <param name="mayRepeatInside">
/// Whether what is sent once may be answered "duplicate": a cluster sends again inside what a fault may have swallowed.
/// </param>
internal sealed class Books(bool mayRepeatInside = false)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Edition, Progress> _editions = [];
    private readonly Dictionary<string, List<Edition>> _byAccount = [];
    private readonly Dictionary<string, long> _versions = [];
    private readonly Dictionary<(string Account, long At, long Version), long?> _balances = [];
    private readonly List<(Func<bool> Reached, TaskCompletionSource Signal)> _waiters = [];
    private readonly List<string> _violations = [];
    private int _requests;
    private int _acknowledged;

    /// <summary>What no run may show; empty at the end of a good one.</summary>
    public IReadOnlyList<string> Violations
    {
        get { lock (_gate) return [.. _violations]; }
    }

    /// <summary>Requests that left.</summary>
    public int Requests
    {
        get { lock (_gate) return _requests; }
    }

    /// <summary>Different editions that were acknowledged.</summary>
    public int Acknowledged
    {
        get { lock (_gate) return _acknowledged; }
    }

    /// <summary>Editions that were sent, and are not acknowledged.</summary>
    public int Open
    {
        get { lock (_gate) return _editions.Count - _acknowledged; }
    }

    /// <summary>Every account that something was sent to, with the editions that were.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Edition>> Sent
    {
        get { lock (_gate) return _byAccount.ToDictionary(account => account.Key, IReadOnlyList<Edition> (account) => [.. account.Value]); }
    }

    public void Violation(string sentence)
    {
        lock (_gate) _violations.Add(sentence);
    }

    /// <summary>Completes when so many different editions were acknowledged.</summary>
    public Task WhenAcknowledged(int count) => When(() => _acknowledged >= count);

    /// <summary>How many editions were answered "recorded" more than once.</summary>
    public int RecordedTwice { get; private set; }

    /// <summary>Completes when so many requests left.</summary>
    public Task WhenRequested(int count) => When(() => _requests >= count);

    /// <summary>A request leaves: whatever becomes of it, these may be stored from now on.</summary>
    public SentRequest Leave(IReadOnlyList<Edition> editions)
    {
        lock (_gate)
        {
            _requests++;
            var known = new List<Known>(editions.Count);
            foreach (var edition in editions)
            {
                var progress = ProgressOf(edition);
                progress.Sends++;
                var newer = _byAccount[edition.AccountId].Any(other => other.Revision > edition.Revision
                    && other.IsCredit == edition.IsCredit && other.Id == edition.Id && _editions[other].IsAcknowledged);
                known.Add(new Known(edition, progress.IsAcknowledged, newer, VersionOf(edition.AccountId)));
            }

            Signal();
            return new SentRequest(known);
        }
    }

    /// <summary>Its answers came.</summary>
    /// <returns>What is to be sent again.</returns>
    public IReadOnlyList<Edition> Arrive(SentRequest request, IReadOnlyList<Answer> answers)
    {
        lock (_gate)
        {
            var again = new List<Edition>();
            foreach (var (known, answer) in request.Editions.Zip(answers))
            {
                if (answer.Status == Answer.Unavailable) again.Add(known.Edition);
                else Judge(known, answer);
            }

            Signal();
            return again;
        }
    }

    /// <summary>A question leaves: what its answer must know.</summary>
    public SentQuestion LeaveQuestion(string account)
    {
        lock (_gate)
        {
            var acknowledged = EditionsOf(account).Where(edition => _editions[edition].IsAcknowledged).ToList();
            return new SentQuestion(account, acknowledged, VersionOf(account));
        }
    }

    /// <summary>
    /// Its answer came: it lies between what was acknowledged before the question and what had left by now, and
    /// what was once said of a version is said again.
    /// </summary>
    public void ArriveQuestion(SentQuestion question, long at, Balance balance)
    {
        List<Edition> left;
        lock (_gate)
        {
            left = [.. EditionsOf(question.Account)];
            var what = $"balance({question.Account}, {at}) at version {balance.Version}";
            if (balance.Version < question.VersionAtLeast)
                _violations.Add($"{what}: version {question.VersionAtLeast} had been answered before");
            _versions[question.Account] = Math.Max(VersionOf(question.Account), balance.Version);
            if (!_balances.TryAdd((question.Account, at, balance.Version), balance.Amount)
                && _balances[(question.Account, at, balance.Version)] != balance.Amount)
                _violations.Add($"{what}: {balance.Amount}, and {_balances[(question.Account, at, balance.Version)]} before");
        }

        var (low, high) = PossibleBalances.Between(question.Acknowledged, left, at);
        if ((balance.Amount ?? 0) < low || (balance.Amount ?? 0) > high)
            Violation($"balance({question.Account}, {at}) = {balance.Amount}: outside [{low}, {high}]");
    }

    private void Judge(Known known, Answer answer)
    {
        var edition = known.Edition;
        var progress = _editions[edition];
        var what = $"{edition} → {answer.Status}, version {answer.Version}";
        switch (answer.Status)
        {
            case "recorded":
                if (known.WasAcknowledged) _violations.Add($"{what}: it had been acknowledged before");
                if (known.WasSuperseded) _violations.Add($"{what}: a higher revision had been acknowledged before");
                if (progress.WasRecorded)
                {
                    RecordedTwice++;
                    _violations.Add($"{what}: it was answered recorded twice");
                }

                progress.WasRecorded = true;
                break;
            case "duplicate":
                if (known.WasSuperseded) _violations.Add($"{what}: a higher revision had been acknowledged before");
                if (progress.Sends == 1 && !mayRepeatInside) _violations.Add($"{what}: it was sent only once");
                break;
            case "superseded":
                if (!EditionsOf(edition.AccountId).Any(other => other.IsCredit == edition.IsCredit && other.Id == edition.Id && other.Revision > edition.Revision))
                    _violations.Add($"{what}: no higher revision had been sent");
                break;
            default:
                _violations.Add($"{what}: not an answer that these entries can have");
                break;
        }

        if (answer.Version < known.VersionAtLeast) _violations.Add($"{what}: version {known.VersionAtLeast} had been answered before");
        _versions[edition.AccountId] = Math.Max(VersionOf(edition.AccountId), answer.Version);
        if (!progress.IsAcknowledged) _acknowledged++;
        progress.IsAcknowledged = true;
    }

    private Progress ProgressOf(Edition edition)
    {
        if (_editions.TryGetValue(edition, out var progress)) return progress;
        if (!_byAccount.TryGetValue(edition.AccountId, out var ofAccount)) _byAccount[edition.AccountId] = ofAccount = [];
        ofAccount.Add(edition);
        return _editions[edition] = new Progress();
    }

    private List<Edition> EditionsOf(string account) => _byAccount.GetValueOrDefault(account) ?? [];

    private long VersionOf(string account) => _versions.GetValueOrDefault(account);

    private Task When(Func<bool> reached)
    {
        lock (_gate)
        {
            var signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((reached, signal));
            Signal();
            return signal.Task;
        }
    }

    private void Signal()
    {
        foreach (var (_, signal) in _waiters.Where(waiter => waiter.Reached())) signal.TrySetResult();
        _waiters.RemoveAll(waiter => waiter.Signal.Task.IsCompleted);
    }

    /// <summary>A request on its way, with what was known of each of its editions as it left.</summary>
    internal sealed record SentRequest(IReadOnlyList<Known> Editions);

    internal sealed record Known(Edition Edition, bool WasAcknowledged, bool WasSuperseded, long VersionAtLeast);

    internal sealed record SentQuestion(string Account, IReadOnlyList<Edition> Acknowledged, long VersionAtLeast);

    private sealed class Progress
    {
        public int Sends { get; set; }

        public bool WasRecorded { get; set; }

        public bool IsAcknowledged { get; set; }
    }
}
