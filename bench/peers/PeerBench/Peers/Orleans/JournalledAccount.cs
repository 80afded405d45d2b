using PeerBench.Work;

namespace PeerBench.Peers.Orleans;

/// <summary>What <see cref="JournalAccountGrain"/> folds its events into. It is made from the event table and never stored itself.</summary>
[GenerateSerializer]
[Alias("pjs")]
internal sealed class JournalledAccount
{
    [NonSerialized]
    private PlainAccount _account = new();

    public PlainAccount Account
    {
        get => _account;
        init => _account = value;
    }

    /// <summary>Called by Orleans, by its name.</summary>
    public void Apply(JournalledEntry entry) =>
        _account.Add(new WorkEntry(0, entry.Id, entry.Kind, entry.Timestamp, entry.Amount, entry.End));
}
