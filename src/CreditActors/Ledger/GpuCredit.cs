using System.Globalization;
using CreditActors.Ledger;

namespace CreditActors;

/// <summary>One account in process, without actors or a store: the seed of GpuCredit, over the same <see cref="Journal"/>.</summary>
public sealed class GpuCredit
{
    private readonly Journal _journal = new();

    /// <summary>
    /// Adds a credit that is active at every t in [<paramref name="timestamp"/>, <paramref name="timestamp"/> +
    /// <paramref name="expiration"/>], both ends included. The same credit again changes nothing.
    /// </summary>
    /// <exception cref="ArgumentException">A value breaks its rule; the message names it.</exception>
    /// <exception cref="InvalidOperationException">The creditId is known with other content.</exception>
    public void AddCredit(string creditId, long amount, long timestamp, long expiration) =>
        Record(new Credit(creditId, amount, timestamp, expiration));

    /// <summary>Spends credits at an instant; each call is a new usage. What no credit can pay stays uncovered.</summary>
    /// <exception cref="ArgumentException">A value breaks its rule; the message names it.</exception>
    public void UseCredit(long timestamp, long amount) =>
        Record(new Usage("usage-" + _journal.UsageCount.ToString(CultureInfo.InvariantCulture), amount, timestamp));

    /// <summary>The balance at an instant, past or future; null when it is 0.</summary>
    /// <exception cref="ArgumentException">The timestamp is beyond ±(2^53−1).</exception>
    public long? GetBalance(long timestamp)
    {
        if (EntryRules.CheckAt(timestamp) is { } refusal)
            throw new ArgumentException("timestamp " + refusal.Rule, nameof(timestamp));
        var balance = _journal.BalanceAt(timestamp);
        return balance == 0 ? null : balance;
    }

    private void Record(Entry entry)
    {
        var decision = _journal.Decide(entry);
        switch (decision.Status)
        {
            case OutcomeStatus.Recorded:
                _journal.Apply(entry);
                break;
            case OutcomeStatus.Duplicate:
                break;
            case OutcomeStatus.Conflict:
                throw new InvalidOperationException($"{entry.Id} is known with other content: {decision.Standing}");
            case OutcomeStatus.Rejected:
                throw new ArgumentException(decision.Refusal!.ToString());
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }
}
