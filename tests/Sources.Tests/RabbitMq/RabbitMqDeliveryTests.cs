using GpuCredit.Host.Formats;
using GpuCredit.Host.Sources.RabbitMq;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Sources.Tests.RabbitMq;

/// <summary>What AMQP's own kinds of values become, so that an event in binary mode may come with any of them.</summary>
public sealed class RabbitMqDeliveryTests
{
    private const long Noon = 1_767_268_800; // 2026-01-01T12:00:00Z

    public static TheoryData<object?, string?> Values => new()
    {
        { "usage"u8.ToArray(), "usage" },
        { "usage", "usage" },
        { 7, "7" },
        { -7L, "-7" },
        { 1.5, "1.5" },
        { true, "true" },
        { new AmqpTimestamp(Noon), "2026-01-01T12:00:00Z" },
        { new AmqpTimestamp(-1), "1969-12-31T23:59:59Z" },
        { new AmqpTimestamp(long.MaxValue), "9223372036854775807" },
        { new List<object?> { "x" }, null },
        { null, null },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_header_is_text_whatever_its_kind_and_a_table_or_a_list_is_none(object? value, string? text)
    {
        var properties = new BasicProperties { Headers = new Dictionary<string, object?> { ["cloudEvents:time"] = value } };
        IncomingMessage message = new RabbitMqDelivery("usage", new BasicDeliverEventArgs("", 1, redelivered: false, "", "", properties, "{}"u8.ToArray())).Message;
        Assert.Equal(text, message.Headers.SingleOrDefault().Value);
    }
}
