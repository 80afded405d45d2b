using System.Collections.Immutable;
using CreditActors.Ledger;
using CreditActors.Protocol;
using CreditActors.Sharding;

namespace Sources.Tests.Pipeline;

/// <summary>Accounts in memory: they answer when told to, and note each call.</summary>
internal sealed class FakeAccounts
{
    private readonly Lock _gate = new();
    private readonly List<IReadOnlyList<string>> _calls = [];
    private readonly Dictionary<string, OutcomeStatus> _answers = new(StringComparer.Ordinal);
    private TaskCompletionSource? _held;

    /// <summary>The ids of each call's entries.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Calls
    {
        get
        {
            lock (_gate)
                return [.. _calls];
        }
    }

    /// <summary>What the entry of this id is answered from now on; recorded unless told otherwise.</summary>
    public void Answer(string id, OutcomeStatus status)
    {
        lock (_gate)
            _answers[id] = status;
    }

    /// <summary>Nobody is answered until <see cref="Release"/>.</summary>
    public void Hold()
    {
        lock (_gate)
            _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Release()
    {
        lock (_gate)
        {
            _held?.TrySetResult();
            _held = null;
        }
    }

    public async Task<ImmutableArray<EntryOutcome>> RecordAsync(IReadOnlyList<AccountEntry> entries, CancellationToken cancellation)
    {
        Task held;
        lock (_gate)
        {
            _calls.Add([.. entries.Select(entry => entry.Entry.Id)]);
            held = _held?.Task ?? Task.CompletedTask;
        }

        await held.WaitAsync(cancellation);
        lock (_gate)
            return [.. entries.Select(entry => Outcome(entry.Entry))];
    }

    private EntryOutcome Outcome(Entry entry) => _answers.GetValueOrDefault(entry.Id, OutcomeStatus.Recorded) switch
    {
        OutcomeStatus.Unavailable => EntryOutcome.Unavailable,
        OutcomeStatus.Rejected => EntryOutcome.Rejected(new Refusal("amount", "must be something else")),
        OutcomeStatus.Conflict => new EntryOutcome(OutcomeStatus.Conflict, 1, Standing: entry),
        var status => new EntryOutcome(status, 1),
    };
}
