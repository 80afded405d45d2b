using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace GpuCredit.Host.Sources.RabbitMq;

/// <summary>Finds what a source reads and where its dead letters go, or makes it. Each on a channel of its own: a refusal ends the channel.</summary>
internal sealed class RabbitMqQueues(RabbitMqSettings settings, IConnection connection)
{
    private const ushort AccessRefused = 403;
    private const ushort NotFound = 404;
    private const ushort PreconditionFailed = 406;

    private readonly string? _versionWithLimit = RabbitMqDeliveryLimit.VersionWithLimit(connection.ServerProperties);

    /// <returns>A sentence for operators where the broker may drop messages by itself; null where it doesn't.</returns>
    /// <exception cref="OperationInterruptedException">The broker refuses: something isn't there, or this login may not.</exception>
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
        // One that is there is read as it is, whatever it is.
        var isThere = await IsThereAsync(queue, cancellation);
        if (settings.Create && _versionWithLimit is not null && await TryDeclareWithoutLimitAsync(queue, isThere, cancellation))
            return;
        if (!isThere)
            await OnChannelAsync(channel => DeclareAsync(channel, queue, [], cancellation), cancellation);
        if (_versionWithLimit is not null)
            limited.Add(queue);
    }

    /// <returns>False where it isn't, and is to be made.</returns>
    private async Task<bool> IsThereAsync(string queue, CancellationToken cancellation)
    {
        try
        {
            await OnChannelAsync(channel => channel.QueueDeclarePassiveAsync(queue, cancellation), cancellation);
            return true;
        }
        catch (OperationInterruptedException fault) when (settings.Create && fault.ShutdownReason?.ReplyCode == NotFound)
        {
            return false;
        }
    }

    /// <summary>Makes it; or, since a queue that is there is left as it is, asks whether it was made so.</summary>
    /// <returns>False where it was made otherwise, by an older broker or by somebody else, or this login may not ask; or where the broker knows no such limit.</returns>
    private async Task<bool> TryDeclareWithoutLimitAsync(string queue, bool isThere, CancellationToken cancellation)
    {
        try
        {
            await OnChannelAsync(channel => DeclareAsync(channel, queue, new() { [RabbitMqDeliveryLimit.Argument] = RabbitMqDeliveryLimit.None }, cancellation), cancellation);
            return true;
        }
        catch (OperationInterruptedException fault) when (fault.ShutdownReason is { } reason && (reason.ReplyCode == PreconditionFailed || (isThere && reason.ReplyCode == AccessRefused)))
        {
            return false;
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
