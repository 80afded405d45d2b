using System.Diagnostics;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Sources.Tests.Brokers;

namespace DoorBench.Rates;

/// <inheritdoc cref="IdleConsumer"/>
internal static class IdleRabbitMq
{
    private const int Prefetch = 4_096;
    private const int AcknowledgedTogether = 256;

    public static async Task<Rate> RunAsync(RabbitMqServer server, int messages)
    {
        await using var connection = await server.ConnectAsync();
        await using var publishing = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await publishing.QueueDeclareAsync(IdleConsumer.Place, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
        await publishing.QueuePurgeAsync(IdleConsumer.Place);
        foreach (var chunk in IdleConsumer.Bodies(messages).Chunk(IdleConsumer.Chunk))
            await Task.WhenAll(chunk.Select(body => publishing.BasicPublishAsync("", IdleConsumer.Place, mandatory: true, new BasicProperties { Persistent = true }, body).AsTask()));

        await using var channel = await connection.CreateChannelAsync();
        await channel.BasicQosAsync(0, Prefetch, global: false);
        var done = new TaskCompletionSource();
        var left = messages;
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, message) =>
        {
            if (--left % AcknowledgedTogether == 0)
                await channel.BasicAckAsync(message.DeliveryTag, multiple: true);
            if (left == 0)
                done.TrySetResult();
        };
        var clock = Stopwatch.StartNew();
        await channel.BasicConsumeAsync(IdleConsumer.Place, autoAck: false, consumer);
        await done.Task;
        return IdleConsumer.Rate("RabbitMQ", messages, clock.Elapsed);
    }
}
