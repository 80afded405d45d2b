using System.Threading.Channels;

namespace GpuCredit.Host.EventStore.Rows;

/// <summary>
/// Answers asks together: while one round is under way, what is asked meanwhile gathers for the next. Nothing waits for company, so that a
/// lone ask costs no more than before. Safe for many callers at once.
/// </summary>
internal sealed class Gatherer<TAsk, TAnswer>
{
    private readonly Channel<Pending> _waiting;
    private readonly Func<IReadOnlyList<TAsk>, Task<IReadOnlyList<TAnswer>>> _answer;
    private readonly int _togetherMax;
    private readonly int _waitingMax;
    private volatile bool _isOver;

    /// <param name="togetherMax">Asks in one round, at most.</param>
    /// <param name="parallelism">Rounds under way at once, at most.</param>
    /// <param name="waitingMax">Asks that wait for a round, at most; the one beyond fails.</param>
    /// <param name="answer">Answers every ask of a round, in their order. When it throws, each of them fails with that.</param>
    public Gatherer(int togetherMax, int parallelism, int waitingMax, Func<IReadOnlyList<TAsk>, Task<IReadOnlyList<TAnswer>>> answer)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(togetherMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(waitingMax, 1);
        _togetherMax = togetherMax;
        _waitingMax = waitingMax;
        _waiting = Channel.CreateBounded<Pending>(waitingMax);
        _answer = answer;
        for (var i = 0; i < parallelism; i++)
            _ = Task.Run(RunAsync);
    }

    /// <exception cref="InvalidOperationException">Too many wait, or the gatherer has ended.</exception>
    public Task<TAnswer> AskAsync(TAsk ask)
    {
        var pending = new Pending(ask);
        if (!_waiting.Writer.TryWrite(pending))
            pending.SetException(new InvalidOperationException(_isOver ? "the event store's queue has ended" : $"the event store's buffer was full ({_waitingMax} wait)"));
        return pending.Task;
    }

    /// <summary>Takes no more asks. Those that it has taken are answered.</summary>
    public void End()
    {
        _isOver = true;
        _waiting.Writer.TryComplete();
    }

    private async Task RunAsync()
    {
        var round = new List<Pending>();
        var asks = new List<TAsk>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            while (round.Count < _togetherMax && _waiting.Reader.TryRead(out var pending))
            {
                round.Add(pending);
                asks.Add(pending.Ask);
            }

            if (round.Count == 0)
                continue; // another round was quicker
            try
            {
                var answers = await _answer(asks);
                for (var i = 0; i < round.Count; i++)
                    round[i].SetResult(answers[i]);
            }
            catch (Exception fault)
            {
                foreach (var pending in round)
                    pending.TrySetException(fault);
            }

            round.Clear();
            asks.Clear();
        }
    }

    private sealed class Pending(TAsk ask) : TaskCompletionSource<TAnswer>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public TAsk Ask { get; } = ask;
    }
}
