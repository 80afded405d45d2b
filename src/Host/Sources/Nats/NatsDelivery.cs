using System.Globalization;
using GpuCredit.Host.Formats;
using NATS.Client.JetStream;

namespace GpuCredit.Host.Sources.Nats;

/// <summary>A message of a stream.</summary>
internal sealed class NatsDelivery(INatsJSMsg<byte[]> message) : Delivery(Read(message))
{
    public INatsJSMsg<byte[]> Raw => message;

    /// <summary><c>stream/sequence</c>.</summary>
    public override string Position { get; } =
        string.Create(CultureInfo.InvariantCulture, $"{message.Metadata?.Stream}/{message.Metadata?.Sequence.Stream}");

    private static IncomingMessage Read(INatsJSMsg<byte[]> message)
    {
        if (message.Headers is not { Count: > 0 } all)
            return new(message.Data ?? [], null, []);
        var headers = new List<KeyValuePair<string, string>>(all.Count);
        string? contentType = null;
        foreach (var (name, values) in all)
        {
            foreach (var value in values)
            {
                headers.Add(new(name, value ?? ""));
                if (name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))
                    contentType = value;
            }
        }

        return new(message.Data ?? [], contentType, headers, HasEncodedHeaders: true);
    }
}
