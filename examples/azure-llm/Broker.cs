namespace AzureLlm;

/// <summary>Where entries are published, for a source of the Host to take them from.</summary>
internal abstract class Broker : IAsyncDisposable
{
    /// <param name="address"><c>nats://host:port/subject</c> or <c>amqp://user:password@host:port/queue</c>.</param>
    public static Task<Broker> ConnectAsync(Uri address) => address.Scheme switch
    {
        "nats" => NatsBroker.ConnectAsync(address),
        "amqp" => RabbitBroker.ConnectAsync(address),
        _ => throw new ArgumentException($"a broker is nats://host:port/subject or amqp://user:password@host:port/queue, and not {address}"),
    };

    /// <summary>Publishes one message, and returns when the broker has stored it.</summary>
    public abstract Task PublishAsync(byte[] message);

    public abstract ValueTask DisposeAsync();

    protected static string PlaceIn(Uri address) => address.AbsolutePath.Trim('/') is { Length: > 0 } place
        ? place
        : throw new ArgumentException($"{address} names no subject or queue");
}
