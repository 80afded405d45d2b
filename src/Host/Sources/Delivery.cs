using GpuCredit.Host.Formats;

namespace GpuCredit.Host.Sources;

/// <summary>A message that was taken from a broker and isn't acknowledged yet.</summary>
/// <param name="message">What the format reads.</param>
/// <param name="keyBytes">Of a key, which no format reads and which is held all the same.</param>
internal abstract class Delivery(IncomingMessage message, int keyBytes = 0)
{
    public IncomingMessage Message { get; } = message;

    /// <summary>What holding it takes: its body, and all that came with it.</summary>
    public long Bytes { get; } = message.Body.Length + (long)keyBytes + message.Headers.Sum(header => (long)header.Key.Length + header.Value.Length);

    /// <summary>Where the broker has it, the same each time it is delivered, so that a dead letter can be told from its repeat.</summary>
    public abstract string Position { get; }
}
