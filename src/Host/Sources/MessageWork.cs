using CreditActors.Ledger;
using CreditActors.Protocol;
using GpuCredit.Host.Http;

namespace GpuCredit.Host.Sources;

/// <summary>One message under way: its entries, and what became of each so far.</summary>
internal sealed class MessageWork
{
    private readonly IReadOnlyList<EntryDraft> _drafts;
    private readonly EntryOutcome?[] _outcomes;

    /// <param name="delivery">What came.</param>
    /// <param name="drafts">What it was read as.</param>
    /// <param name="skipped">Records in it that are no entries.</param>
    public MessageWork(Delivery delivery, IReadOnlyList<EntryDraft> drafts, int skipped)
    {
        Delivery = delivery;
        Skipped = skipped;
        _drafts = drafts;
        _outcomes = new EntryOutcome?[drafts.Count];
        for (var i = 0; i < drafts.Count; i++)
        {
            if (drafts[i].Refusal is { } refusal)
                _outcomes[i] = EntryOutcome.Rejected(refusal);
        }
    }

    public Delivery Delivery { get; }

    /// <summary>Records that the source's mapping passed over.</summary>
    public int Skipped { get; }

    /// <summary>Every entry is stored, or never will be.</summary>
    public bool IsDecided => !_outcomes.Contains(null);

    public int Entries => _drafts.Count;

    public EntryDraft DraftOf(int index) => _drafts[index];

    public IEnumerable<OutcomeStatus> Statuses => _outcomes.Select(outcome => outcome!.Status);

    public bool IsUndecided(int index) => _outcomes[index] is null;

    public void Decide(int index, EntryOutcome outcome)
    {
        if (_outcomes[index] is not null)
            throw new InvalidOperationException("An entry is decided once.");
        if (outcome.Status != OutcomeStatus.Unavailable)
            _outcomes[index] = outcome;
    }

    /// <summary>Entries that can never succeed; empty for a message that is done when it is acknowledged.</summary>
    public IReadOnlyList<BadEntry> Bad()
    {
        List<BadEntry>? bad = null;
        for (var i = 0; i < _outcomes.Length; i++)
        {
            if (_outcomes[i] is { } outcome && OutcomeTable.Row(outcome.Status).IsError)
                (bad ??= []).Add(new(i, outcome.Status, Problems.Describe(outcome)));
        }

        return bad ?? (IReadOnlyList<BadEntry>)[];
    }
}
