using System.Threading.Channels;

namespace GpuCredit.Host.EventStore.Rows;

/// <summary>
/// Does work together: while one round is under way, what comes meanwhile gathers for the next. Nothing waits for company, so that lone work
/// costs no more than before. Safe for many callers at once.
/// </summary>
internal sealed class Rounds<TWork>
{
    private readonly Channel<TWork> _waiting;
    private readonly Func<IReadOnlyList<TWork>, Task> _run;
    private readonly int _togetherMax;
    private readonly int _waitingMax;
    private volatile bool _isOver;

    /// <param name="togetherMax">Pieces of work in one round, at most.</param>
    /// <param name="parallelism">Rounds under way at once, at most.</param>
    /// <param name="waitingMax">Pieces that wait for a round, at most; the one beyond is refused.</param>
    /// <param name="run">Does a round, and says itself how each piece ended: it doesn't throw. The list is the round's, and used again after it.</param>
    public Rounds(int togetherMax, int parallelism, int waitingMax, Func<IReadOnlyList<TWork>, Task> run)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(togetherMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(waitingMax, 1);
        _togetherMax = togetherMax;
        _waitingMax = waitingMax;
        _waiting = Channel.CreateBounded<TWork>(waitingMax);
        _run = run;
        for (var i = 0; i < parallelism; i++)
            _ = Task.Run(RunAsync);
    }

    /// <returns>Null when it is taken; otherwise why not: too many wait, or <see cref="End"/> was called.</returns>
    public InvalidOperationException? Add(TWork work) =>
        _waiting.Writer.TryWrite(work) ? null
        : new InvalidOperationException(_isOver ? "the event store's queue has ended" : $"the event store's buffer was full ({_waitingMax} wait)");

    /// <summary>Takes no more work. What was taken is done.</summary>
    public void End()
    {
        _isOver = true;
        _waiting.Writer.TryComplete();
    }

    private async Task RunAsync()
    {
        var round = new List<TWork>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            while (round.Count < _togetherMax && _waiting.Reader.TryRead(out var work))
                round.Add(work);
            // If there is none, another round was quicker. A fault of ours in one round doesn't end those that come: nobody would write any more.
            if (round.Count > 0)
                await _run(round).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            round.Clear();
        }
    }
}
