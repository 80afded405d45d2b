namespace GpuCredit.Host.Formats;

/// <summary>A message as it came, from whichever door.</summary>
/// <param name="Body">Its bytes.</param>
/// <param name="ContentType">The media type that it was sent with, if any.</param>
/// <param name="Headers">The door's own headers (HTTP, NATS, AMQP, Kafka), as text; names in any case.</param>
internal readonly record struct IncomingMessage(ReadOnlyMemory<byte> Body, string? ContentType, IReadOnlyList<KeyValuePair<string, string>> Headers);
