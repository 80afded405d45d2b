using Confluent.Kafka;

namespace GpuCredit.Host.Sources.Kafka;

/// <summary>What a feed's clients have said of the brokers and of themselves. Any number of callers.</summary>
internal sealed class KafkaHealth : IDisposable
{
    private readonly CancellationTokenSource _lost = new();
    private volatile bool _isDown;
    private volatile string? _heard;
    private volatile string? _lostBecause;

    public KafkaHealth() => Lost = _lost.Token;

    /// <summary>Cancelled when the consumer is of no use any more.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Why it is lost; null while it isn't.</summary>
    public string? LostBecause => _lostBecause;

    /// <summary>No broker could be reached when one was last needed.</summary>
    public bool IsDown => _isDown;

    /// <summary>The last that a client complained of; null when none has.</summary>
    public string? Heard => _heard;

    /// <summary>A client mends by itself all but what it calls fatal.</summary>
    public void Hear(Error error)
    {
        _heard = error.Reason;
        if (error.Code == ErrorCode.Local_AllBrokersDown)
            _isDown = true;
        if (error.IsFatal)
            Lose(error.Reason);
    }

    /// <summary>A broker has answered.</summary>
    public void Reached() => _isDown = false;

    /// <param name="reason">The first one stands.</param>
    public void Lose(string reason)
    {
        _lostBecause ??= reason;
        _lost.Cancel();
    }

    public void Dispose() => _lost.Dispose();
}
