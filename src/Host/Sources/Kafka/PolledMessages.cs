using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace GpuCredit.Host.Sources.Kafka;

/// <summary>What was polled and isn't taken yet. Callers lock, but for waiting.</summary>
/// <remarks>Bounded by those who add: they look at <see cref="IsFull"/> first.</remarks>
internal sealed class PolledMessages(int messagesMax, long bytesMax)
{
    private readonly Channel<KafkaDelivery> _messages = Channel.CreateUnbounded<KafkaDelivery>();

    public int Count => _messages.Reader.Count;

    public long Bytes { get; private set; }

    public bool IsFull => Count >= messagesMax || Bytes >= bytesMax;

    public bool IsHalfEmpty => Count <= messagesMax / 2 && Bytes <= bytesMax / 2;

    public void Add(KafkaDelivery message)
    {
        if (_messages.Writer.TryWrite(message))
            Bytes += message.Bytes;
    }

    public bool TryTake([MaybeNullWhen(false)] out KafkaDelivery message)
    {
        if (!_messages.Reader.TryRead(out message))
            return false;
        Bytes -= message.Bytes;
        return true;
    }

    /// <summary>Until there is one, or will be none any more.</summary>
    public async Task WaitAsync(CancellationToken cancellation) => await _messages.Reader.WaitToReadAsync(cancellation);

    public void Complete() => _messages.Writer.TryComplete();
}
