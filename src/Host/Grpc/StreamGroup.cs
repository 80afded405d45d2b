using System.Threading.RateLimiting;
using CreditActors.Ledger;
using CreditActors.Protocol;

namespace GpuCredit.Host.Grpc;

/// <summary>The entries of one message of a stream, while they are under way: their outcomes come in any order.</summary>
internal sealed class StreamGroup(ulong sequence, int entries, RateLimitLease? lease, Wake decided)
{
    private readonly EntryOutcome[] _outcomes = entries == 0 ? [] : new EntryOutcome[entries];
    private RateLimitLease? _lease = lease;
    private int _undecided = entries + 1; // one more until the whole message is taken

    /// <summary>What it counts in the stream's window.</summary>
    public int Weight => WeightOf(entries);

    public bool IsDecided => Volatile.Read(ref _undecided) == 0;

    public static int WeightOf(int entries) => Math.Max(entries, 1);

    public void Decide(int position, EntryOutcome outcome)
    {
        _outcomes[position] = outcome;
        CountDown();
    }

    /// <summary>The whole message is taken.</summary>
    public void Seal() => CountDown();

    /// <summary>Nobody will learn the outcomes that are missing.</summary>
    public void GiveUp() => ReturnLease();

    /// <summary>The answer, when everything is decided.</summary>
    public V1.StreamEntriesResponse ToAnswer()
    {
        var answer = new V1.StreamEntriesResponse { Sequence = sequence };
        answer.Outcomes.Capacity = _outcomes.Length;
        foreach (var outcome in _outcomes)
        {
            answer.Outcomes.Add(OutcomeMessages.Of(outcome));
            if (outcome.Status == OutcomeStatus.Unavailable)
                answer.RetryAfterMs = GrpcProblems.RetryAfterMs;
        }

        return answer;
    }

    private void CountDown()
    {
        if (Interlocked.Decrement(ref _undecided) != 0)
            return;
        ReturnLease();
        decided.Up();
    }

    /// <summary>Once: an outcome may come while the stream ends.</summary>
    private void ReturnLease() => Interlocked.Exchange(ref _lease, null)?.Dispose();
}
