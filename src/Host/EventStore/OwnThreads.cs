using System.Collections.Concurrent;

namespace GpuCredit.Host.EventStore;

/// <summary>
/// Threads for calls that block, so that they keep none of the pool's, which has about as many as there are cores and everybody waits for. Work is
/// begun in the order in which it comes. How much waits is for the callers to bound.
/// </summary>
internal sealed class OwnThreads : IAsyncDisposable
{
    /// <summary>
    /// For what Akka.Persistence.Sql does itself: rows of snapshots that are saved and deleted, one at a time, and rarely read by other criteria than ours, which
    /// doesn't wait for them.
    /// </summary>
    public const int PluginCount = 2;

    private readonly BlockingCollection<Action> _work = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;

    /// <param name="name">Of each thread, for who looks at the process.</param>
    /// <param name="count">How many.</param>
    public OwnThreads(string name, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        _running = count;
        for (var i = 0; i < count; i++)
            new Thread(Run) { Name = name, IsBackground = true }.Start();
    }

    /// <summary>Runs it on one of these threads. What awaits the task goes on elsewhere.</summary>
    /// <exception cref="ObjectDisposedException">The threads have been told to end.</exception>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!TryAdd(() => Do(work, done)))
            done.SetException(new ObjectDisposedException(nameof(OwnThreads)));
        return done.Task;
    }

    /// <summary>
    /// The same for code that is written with async and blocks all the same: it stays on its thread up to the first await that really waits.
    /// </summary>
    public Task BeginAsync(Func<Task> work) => RunAsync(work).Unwrap();

    /// <inheritdoc cref="BeginAsync(Func{Task})"/>
    public Task<T> BeginAsync<T>(Func<Task<T>> work) => RunAsync(work).Unwrap();

    /// <summary>Takes no more work. Ends when what was taken is done and the threads are gone.</summary>
    public ValueTask DisposeAsync()
    {
        _work.CompleteAdding();
        return new(_ended.Task);
    }

    private static void Do<T>(Func<T> work, TaskCompletionSource<T> done)
    {
        try
        {
            done.SetResult(work());
        }
        catch (Exception fault)
        {
            done.SetException(fault);
        }
    }

    private bool TryAdd(Action work)
    {
        try
        {
            _work.Add(work);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false; // no more is taken
        }
    }

    private void Run()
    {
        foreach (var work in _work.GetConsumingEnumerable())
            work();
        if (Interlocked.Decrement(ref _running) == 0)
            _ended.SetResult();
    }
}
