namespace GpuCredit.Host.Sources;

/// <summary>
/// An open way to a broker. One reader takes; any number of callers settle what was taken. What was taken and is neither
/// acknowledged nor kept is delivered again by the broker, here or at another node.
/// </summary>
internal interface IFeed : IAsyncDisposable
{
    /// <summary>Cancelled when nothing that was taken here can be acknowledged any more: the broker delivers all of it again.</summary>
    CancellationToken Lost { get; }

    /// <summary>Why it is lost, where the feed knows more than that; a sentence for people.</summary>
    string? LostBecause => null;

    /// <summary>What somebody should mend at the broker although all works; a sentence for people. Null when there is nothing.</summary>
    string? Warning => null;

    /// <summary>Whether the broker is reached now. A feed may lose its connection for a while without being lost.</summary>
    bool IsConnected { get; }

    /// <summary>How often <see cref="KeepAsync"/> must be called for what is under way.</summary>
    TimeSpan KeepEvery { get; }

    /// <summary>
    /// The messages that are there, <paramref name="messagesMax"/> at most; waits a while for the first, and none is an answer
    /// too. Cancelling loses nothing for good: what was on its way is delivered again.
    /// </summary>
    Task<IReadOnlyList<Delivery>> TakeAsync(int messagesMax, CancellationToken cancellation);

    /// <summary>These are decided and stored: the broker may forget them.</summary>
    Task AcknowledgeAsync(IReadOnlyList<Delivery> decided, CancellationToken cancellation);

    /// <summary>Returns when the broker has confirmed that the letter is stored; throws otherwise.</summary>
    Task DeadLetterAsync(DeadLetter letter, CancellationToken cancellation);

    /// <summary>These are still worked on: the broker shall not give them to anybody else.</summary>
    Task KeepAsync(IReadOnlyCollection<Delivery> underWay, CancellationToken cancellation);

    /// <summary>
    /// These were taken and are given up, unsettled: the broker shall deliver them again now, here or at another node, rather than when
    /// its own patience is at its end. Nothing to do where it does so by itself when the feed closes, as it does next.
    /// </summary>
    Task ReleaseAsync(IReadOnlyList<Delivery> givenUp, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>How many messages the source's group still has to settle, as far as this node can know; null when it can't.</summary>
    Task<long?> ReadLagAsync(CancellationToken cancellation);
}
