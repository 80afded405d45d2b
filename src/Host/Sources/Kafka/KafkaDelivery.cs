using System.Globalization;
using System.Text;
using Confluent.Kafka;
using GpuCredit.Host.Formats;

namespace GpuCredit.Host.Sources.Kafka;

/// <summary>A message of a partition.</summary>
internal sealed class KafkaDelivery(ConsumeResult<byte[]?, byte[]?> message, PartitionProgress progress)
    : Delivery(Read(message.Message), message.Message.Key?.Length ?? 0)
{
    public ConsumeResult<byte[]?, byte[]?> Raw => message;

    /// <summary>Of the assignment that it was taken under.</summary>
    public PartitionProgress Progress => progress;

    /// <summary><c>topic/partition/offset</c>.</summary>
    public override string Position => string.Create(CultureInfo.InvariantCulture, $"{message.Topic}/{message.Partition.Value}/{message.Offset.Value}");

    private static IncomingMessage Read(Message<byte[]?, byte[]?> message)
    {
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var header in message.Headers ?? [])
            headers.Add(new(header.Key, header.GetValueBytes() is { } value ? Encoding.UTF8.GetString(value) : ""));
        var contentType = headers.FirstOrDefault(header => header.Key.Equals("content-type", StringComparison.OrdinalIgnoreCase)).Value;
        return new(message.Value ?? [], contentType, headers);
    }
}
