using System.Diagnostics;
using System.Text;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Sources.Tests.Brokers;

namespace DoorBench;

/// <summary>What a broker delivers to a consumer that acknowledges every message and does nothing else: no source can be faster.</summary>
internal static class NothingDone
{
    private const int Prefetch = 4_096;
    private const int AcknowledgedTogether = 256;
    private const string Place = "nothing";

    public static async Task<Rate> NatsAsync(NatsServer server, int messages)
    {
        var js = server.JetStream();
        await js.CreateOrUpdateStreamAsync(new StreamConfig(Place, [Place]));
        var stream = await js.GetStreamAsync(Place);
        await stream.PurgeAsync(new StreamPurgeRequest());
        foreach (var chunk in Bodies(messages).Chunk(200))
            await Task.WhenAll(chunk.Select(async body => (await js.PublishAsync(Place, body)).EnsureSuccess()));

        var consumer = await js.CreateOrUpdateConsumerAsync(Place, new ConsumerConfig(Place) { MaxAckPending = Prefetch });
        var clock = Stopwatch.StartNew();
        var left = messages;
        await foreach (var message in consumer.ConsumeAsync<byte[]>(opts: new NatsJSConsumeOpts { MaxMsgs = Prefetch }))
        {
            await message.AckAsync();
            if (--left == 0)
                break;
        }

        return new Rate("(NATS JetStream to a consumer that does nothing)", messages / clock.Elapsed.TotalSeconds, null);
    }

    public static async Task<Rate> RabbitMqAsync(RabbitMqServer server, int messages)
    {
        await using var connection = await server.ConnectAsync();
        await using var publishing = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await publishing.QueueDeclareAsync(Place, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
        await publishing.QueuePurgeAsync(Place);
        foreach (var chunk in Bodies(messages).Chunk(200))
            await Task.WhenAll(chunk.Select(body => publishing.BasicPublishAsync("", Place, mandatory: true, new BasicProperties { Persistent = true }, body).AsTask()));

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
        await channel.BasicConsumeAsync(Place, autoAck: false, consumer);
        await done.Task;
        return new Rate("(RabbitMQ to a consumer that does nothing)", messages / clock.Elapsed.TotalSeconds, null);
    }

    private static IEnumerable<byte[]> Bodies(int count) =>
        new UsageStream("nothing", 2_000).Take(count).Select(usage => Encoding.UTF8.GetBytes(usage.ToJson()));
}
