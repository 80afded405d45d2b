using System.Diagnostics;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using Sources.Tests.Brokers;

namespace DoorBench.Rates;

/// <inheritdoc cref="IdleConsumer"/>
internal static class IdleNats
{
    private const int Prefetch = 4_096;

    public static async Task<Rate> RunAsync(NatsServer server, int messages)
    {
        var js = server.JetStream();
        await js.CreateOrUpdateStreamAsync(new StreamConfig(IdleConsumer.Place, [IdleConsumer.Place]));
        var stream = await js.GetStreamAsync(IdleConsumer.Place);
        await stream.PurgeAsync(new StreamPurgeRequest());
        foreach (var chunk in IdleConsumer.Bodies(messages).Chunk(IdleConsumer.Chunk))
            await Task.WhenAll(chunk.Select(async body => (await js.PublishAsync(IdleConsumer.Place, body)).EnsureSuccess()));

        var consumer = await js.CreateOrUpdateConsumerAsync(IdleConsumer.Place, new ConsumerConfig(IdleConsumer.Place) { MaxAckPending = Prefetch });
        var clock = Stopwatch.StartNew();
        var left = messages;
        await foreach (var message in consumer.ConsumeAsync<byte[]>(opts: new NatsJSConsumeOpts { MaxMsgs = Prefetch }))
        {
            await message.AckAsync();
            if (--left == 0)
                break;
        }

        return IdleConsumer.Rate("NATS JetStream", messages, clock.Elapsed);
    }
}
