using RabbitMQ.Client;

namespace AzureLlm;

/// <summary>A queue, which the Host's source makes (<c>Create</c>) or somebody has; every message is confirmed.</summary>
internal sealed class RabbitBroker : Broker
{
    private static readonly BasicProperties _persistent = new() { ContentType = "application/json", DeliveryMode = DeliveryModes.Persistent };

    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly string _queue;

    private RabbitBroker(IConnection connection, IChannel channel, string queue) => (_connection, _channel, _queue) = (connection, channel, queue);

    public static new async Task<Broker> ConnectAsync(Uri address)
    {
        var queue = PlaceIn(address);
        var connection = await new ConnectionFactory { Uri = new UriBuilder(address) { Path = "/" }.Uri, VirtualHost = "/" }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        return new RabbitBroker(connection, channel, queue);
    }

    public override async Task PublishAsync(byte[] message) =>
        await _channel.BasicPublishAsync(exchange: "", _queue, mandatory: true, _persistent, message);

    public override async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
