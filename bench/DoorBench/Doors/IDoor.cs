namespace DoorBench.Doors;

/// <summary>A way in.</summary>
internal interface IDoor : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Callers side by side, each with one batch under way.</summary>
    int Senders { get; }

    int BatchSize { get; }

    /// <summary>How much of what it takes it may hold at once.</summary>
    Bound Bound { get; }

    /// <summary>Sends a batch, and what came back as unavailable again, until each of its usages is acknowledged.</summary>
    /// <exception cref="InvalidOperationException">An answer that no usage of ours may get.</exception>
    Task SendAsync(int sender, IReadOnlyList<UsageLine> batch);

    /// <summary>Returns when all that was sent is stored: at once where an acknowledgement says so.</summary>
    Task WhenStoredAsync(long count) => Task.CompletedTask;

    Task<DoorState> LookAsync();
}
