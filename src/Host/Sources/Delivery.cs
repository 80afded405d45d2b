using GpuCredit.Host.Formats;

namespace GpuCredit.Host.Sources;

/// <summary>A message that was taken from a broker and isn't acknowledged yet.</summary>
/// <param name="message">What the format reads.</param>
internal abstract class Delivery(IncomingMessage message)
{
    public IncomingMessage Message { get; } = message;

    /// <summary>Where the broker has it, the same each time it is delivered, so that a dead letter can be told from its repeat.</summary>
    public abstract string Position { get; }
}
