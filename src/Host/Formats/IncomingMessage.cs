namespace GpuCredit.Host.Formats;

/// <summary>A message as it came, from whichever door.</summary>
/// <param name="Body">Its bytes.</param>
/// <param name="ContentType">The media type that it was sent with, if any.</param>
/// <param name="Headers">The door's own headers (HTTP, NATS, AMQP, Kafka), as text; names in any case.</param>
/// <param name="HasEncodedHeaders">
/// It came by HTTP or NATS, whose bindings of CloudEvents encode what headers named <c>ce-…</c> hold (<see cref="EncodedHeader"/>). Kafka's
/// and AMQP's don't: there a percent sign is a percent sign, and a quote a quote.
/// </param>
internal readonly record struct IncomingMessage(ReadOnlyMemory<byte> Body, string? ContentType, IReadOnlyList<KeyValuePair<string, string>> Headers, bool HasEncodedHeaders = false);
