using NATS.Client.Core;
using NATS.Client.JetStream;

namespace AzureLlm;

/// <summary>A subject of a JetStream stream, which the Host's source makes (<c>Create</c>) or somebody has.</summary>
internal sealed class NatsBroker : Broker
{
    private readonly NatsConnection _connection;
    private readonly NatsJSContext _jetStream;
    private readonly string _subject;

    private NatsBroker(NatsConnection connection, string subject)
    {
        _connection = connection;
        _jetStream = new NatsJSContext(connection);
        _subject = subject;
    }

    public static new async Task<Broker> ConnectAsync(Uri address)
    {
        var broker = new NatsBroker(new NatsConnection(new NatsOpts { Url = $"nats://{address.Authority}" }), PlaceIn(address));
        await broker._connection.ConnectAsync();
        return broker;
    }

    public override async Task PublishAsync(byte[] message) => (await _jetStream.PublishAsync(_subject, message)).EnsureSuccess();

    public override ValueTask DisposeAsync() => _connection.DisposeAsync();
}
