using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace GpuCredit.Host.Sources.RabbitMq;

/// <summary>A message of a queue. A queue gives its messages no number that outlives a delivery, so the position is the sender's message id, or what the message holds.</summary>
internal sealed class RabbitMqDelivery : Delivery
{
    private static readonly long MinSeconds = DateTimeOffset.MinValue.ToUnixTimeSeconds();
    private static readonly long MaxSeconds = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    private readonly string _queue;

    /// <param name="queue">Where it came from.</param>
    /// <param name="received">Its body is the client's only for the length of the call, and is copied.</param>
    public RabbitMqDelivery(string queue, BasicDeliverEventArgs received)
        : base(new(received.Body.ToArray(), received.BasicProperties.ContentType, HeadersOf(received.BasicProperties)))
    {
        _queue = queue;
        Tag = received.DeliveryTag;
        Properties = new BasicProperties(received.BasicProperties);
    }

    public ulong Tag { get; }

    public BasicProperties Properties { get; }

    public override string Position => Properties.MessageId is { Length: > 0 } id
        ? $"{_queue}/{id}"
        : $"{_queue}/sha256:{Convert.ToHexStringLower(SHA256.HashData(Message.Body.Span))}";

    private static List<KeyValuePair<string, string>> HeadersOf(IReadOnlyBasicProperties properties)
    {
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var (name, value) in properties.Headers ?? new Dictionary<string, object?>())
        {
            if (TextOf(value) is { } text)
                headers.Add(new(name, text));
        }

        return headers;
    }

    /// <summary>Null for what isn't one value: tables and lists, such as x-death. AMQP's own time is seconds, and is written as CloudEvents writes a time.</summary>
    private static string? TextOf(object? value) => value switch
    {
        byte[] text => Encoding.UTF8.GetString(text),
        string text => text,
        AmqpTimestamp time => TextOf(time),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        bool yes => yes ? "true" : "false",
        _ => null,
    };

    /// <summary>One beyond every calendar stays a number, which no reader takes for a time.</summary>
    private static string TextOf(AmqpTimestamp time) => time.UnixTime >= MinSeconds && time.UnixTime <= MaxSeconds
        ? DateTimeOffset.FromUnixTimeSeconds(time.UnixTime).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
        : time.UnixTime.ToString(CultureInfo.InvariantCulture);
}
