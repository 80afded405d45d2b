namespace GpuCredit.Host.EventStore.Rows;

/// <summary>Answers asks together, in <see cref="Rounds{TWork}"/>. Safe for many callers at once.</summary>
internal sealed class Gatherer<TAsk, TAnswer>
{
    private readonly Rounds<Pending> _rounds;
    private readonly Func<IReadOnlyList<TAsk>, Task<IReadOnlyList<TAnswer>>> _answer;

    /// <param name="togetherMax">Asks in one round, at most.</param>
    /// <param name="parallelism">Rounds under way at once, at most.</param>
    /// <param name="waitingMax">Asks that wait for a round, at most; the one beyond fails.</param>
    /// <param name="answer">Answers every ask of a round, in their order. When it throws, each of them fails with that.</param>
    public Gatherer(int togetherMax, int parallelism, int waitingMax, Func<IReadOnlyList<TAsk>, Task<IReadOnlyList<TAnswer>>> answer)
    {
        _answer = answer;
        _rounds = new(togetherMax, parallelism, waitingMax, AnswerAsync);
    }

    /// <exception cref="InvalidOperationException">Too many wait, or the gatherer has ended.</exception>
    public Task<TAnswer> AskAsync(TAsk ask)
    {
        var pending = new Pending(ask);
        if (_rounds.Add(pending) is { } refusal)
            pending.SetException(refusal);
        return pending.Task;
    }

    /// <summary>Takes no more asks. Those that it has taken are answered.</summary>
    public void End() => _rounds.End();

    private async Task AnswerAsync(IReadOnlyList<Pending> round)
    {
        try
        {
            var asks = new TAsk[round.Count];
            for (var i = 0; i < asks.Length; i++)
                asks[i] = round[i].Ask;
            var answers = await _answer(asks);
            for (var i = 0; i < asks.Length; i++)
                round[i].SetResult(answers[i]);
        }
        catch (Exception fault)
        {
            foreach (var pending in round)
                pending.TrySetException(fault);
        }
    }

    private sealed class Pending(TAsk ask) : TaskCompletionSource<TAnswer>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public TAsk Ask { get; } = ask;
    }
}
