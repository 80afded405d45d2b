using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace GpuCredit.Host.Sources.RabbitMq;

/// <summary>Finds what a source reads and where its dead letters go, or makes it. Each on a channel of its own: a refusal ends the channel.</summary>
internal sealed class RabbitMqQueues(RabbitMqSettings settings, IConnection connection)
{
    private const ushort PreconditionFailed = 406;

    private readonly string? _versionWithLimit = RabbitMqDeliveryLimit.VersionWithLimit(connection.ServerProperties);

    /// <returns>A sentence for operators where the broker may drop messages by itself; null where it doesn't.</returns>
    /// <exception cref="OperationInterruptedException">The broker refuses: something isn't there, or this login may not.</exception>
    /// <exception cref="BrokerRefusedException">A queue is there, and is another than <c>Create</c> makes.</exception>
    public async Task<string?> FindAsync(CancellationToken cancellation)
    {
        var limited = new List<string>();
        await FindAsync(settings.Queue, limited, cancellation);
        if (settings.DeadLetterExchange.Length == 0)
            await FindAsync(settings.DeadLetter, limited, cancellation);
        else
            await OnChannelAsync(channel => channel.ExchangeDeclarePassiveAsync(settings.DeadLetterExchange, cancellation), cancellation);
        return limited.Count > 0 ? RabbitMqDeliveryLimit.Warning(_versionWithLimit!, settings.VirtualHost, limited) : null;
    }

    /// <param name="queue">Which.</param>
    /// <param name="limited">Gets it, where it isn't known to deliver without end.</param>
    /// <param name="cancellation">Of the start.</param>
    private async Task FindAsync(string queue, List<string> limited, CancellationToken cancellation)
    {
        if (!settings.Create)
            await OnChannelAsync(channel => channel.QueueDeclarePassiveAsync(queue, cancellation), cancellation);
        else if (_versionWithLimit is not null && await TryMakeWithoutLimitAsync(queue, cancellation))
            return;
        else
            await MakeAsync(queue, cancellation);
        if (_versionWithLimit is not null)
            limited.Add(queue);
    }

    /// <returns>False where it is there, and was made with other arguments: by an older broker, or by somebody else.</returns>
    private async Task<bool> TryMakeWithoutLimitAsync(string queue, CancellationToken cancellation)
    {
        try
        {
            await OnChannelAsync(channel => DeclareAsync(channel, queue, new() { [RabbitMqDeliveryLimit.Argument] = RabbitMqDeliveryLimit.None }, cancellation), cancellation);
            return true;
        }
        catch (OperationInterruptedException fault) when (fault.ShutdownReason?.ReplyCode == PreconditionFailed)
        {
            return false;
        }
    }

    private async Task MakeAsync(string queue, CancellationToken cancellation)
    {
        try
        {
            await OnChannelAsync(channel => DeclareAsync(channel, queue, [], cancellation), cancellation);
        }
        catch (OperationInterruptedException fault) when (fault.ShutdownReason?.ReplyCode == PreconditionFailed)
        {
            throw new BrokerRefusedException($"The queue {queue} is there, and isn't a durable quorum queue as Create makes it; set Create to false to read it as it is: {fault.ShutdownReason.ReplyText}", fault);
        }
    }

    private static Task<QueueDeclareOk> DeclareAsync(IChannel channel, string queue, Dictionary<string, object?> arguments, CancellationToken cancellation)
    {
        arguments["x-queue-type"] = "quorum";
        return channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellation);
    }

    private async Task OnChannelAsync(Func<IChannel, Task> act, CancellationToken cancellation)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        await act(channel);
    }
}
