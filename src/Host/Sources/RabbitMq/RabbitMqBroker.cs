using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace GpuCredit.Host.Sources.RabbitMq;

/// <summary>RabbitMQ: all nodes consume one durable queue, and the broker shares it out.</summary>
internal sealed class RabbitMqBroker(RabbitMqSettings settings) : IBroker
{
    /// <summary>AMQP's reply codes for what somebody has to mend: access refused, not found, precondition failed, not allowed.</summary>
    private static readonly ushort[] Refusals = [403, 404, 406, 530];

    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(10);

    public async Task<IFeed> OpenAsync(CancellationToken cancellation)
    {
        // Two, since one that publishes may be blocked: see RabbitMqPublisher.
        var connections = new List<IConnection>(2);
        try
        {
            connections.Add(await ConnectAsync("", cancellation));
            connections.Add(await ConnectAsync(", dead letters", cancellation));
            var (messages, letters) = (connections[0], connections[1]);
            var warning = await new RabbitMqQueues(settings, messages).FindAsync(cancellation);
            var channel = await messages.CreateChannelAsync(Channel(hasConfirms: false), cancellation);
            var questions = await messages.CreateChannelAsync(Channel(hasConfirms: false), cancellation);
            var lettersChannel = await letters.CreateChannelAsync(Channel(hasConfirms: true), cancellation);
            var feed = new RabbitMqFeed(settings, messages, channel, questions, letters, lettersChannel) { Warning = warning };
            await feed.StartAsync(cancellation);
            return feed;
        }
        catch (OperationInterruptedException fault) when (fault.ShutdownReason is { } reason && Refusals.Contains(reason.ReplyCode))
        {
            await Task.WhenAll(connections.Select(CloseAsync));
            throw new BrokerRefusedException($"The broker refuses: {reason.ReplyText}", fault);
        }
        catch
        {
            await Task.WhenAll(connections.Select(CloseAsync));
            throw;
        }
    }

    /// <summary>However it ends: what isn't acknowledged by then is the broker's again.</summary>
    internal static async Task CloseAsync(IConnection connection)
    {
        try
        {
            await connection.CloseAsync(200, "closed", TimeSpan.FromSeconds(3), abort: true);
        }
        finally
        {
            await connection.DisposeAsync();
        }
    }

    private static CreateChannelOptions Channel(bool hasConfirms) =>
        new(publisherConfirmationsEnabled: hasConfirms, publisherConfirmationTrackingEnabled: hasConfirms);

    private async Task<IConnection> ConnectAsync(string what, CancellationToken cancellation)
    {
        var factory = new ConnectionFactory
        {
            UserName = settings.Username,
            Password = settings.Password,
            VirtualHost = settings.VirtualHost,
            // A delivery can be acknowledged on its own channel only, so a new connection is a new feed: ours to make.
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            RequestedHeartbeat = TimeSpan.FromSeconds(10),
            RequestedConnectionTimeout = AnswersWithin,
            ContinuationTimeout = AnswersWithin,
        };
        try
        {
            return await factory.CreateConnectionAsync(settings.Nodes.Select(Endpoint), $"gpucredit source {settings.Common.Name}{what}", cancellation);
        }
        catch (BrokerUnreachableException fault)
        {
            var causes = fault.InnerException is AggregateException several ? several.InnerExceptions : [fault.InnerException ?? fault];
            foreach (var cause in causes)
            {
                for (var one = cause; one is not null; one = one.InnerException)
                {
                    if (one is AuthenticationFailureException || (one is OperationInterruptedException { ShutdownReason: { } reason } && Refusals.Contains(reason.ReplyCode)))
                        throw new BrokerRefusedException($"The broker refuses the login of {settings.Username} to the virtual host {settings.VirtualHost}: {one.Message}", fault);
                }
            }

            throw new IOException($"The broker can't be reached: {causes[^1].Message}", fault);
        }
    }

    private AmqpTcpEndpoint Endpoint(Uri node)
    {
        var isTls = node.Scheme == "amqps";
        var port = node.IsDefaultPort ? (isTls ? 5671 : 5672) : node.Port;
        return isTls ? new AmqpTcpEndpoint(node.Host, port, Tls(node.Host)) : new AmqpTcpEndpoint(node.Host, port);
    }

    private SslOption Tls(string host)
    {
        var tls = new SslOption(host, enabled: true);
        if (settings.CaFile is { } file)
        {
            // By this authority alone, and only for this name.
            tls.CertificateValidationCallback = (_, certificate, _, errors) =>
            {
                if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
                    return false;
                using var chain = new X509Chain();
                chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
                chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(file);
                chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
                return chain.Build((X509Certificate2)certificate);
            };
        }

        return tls;
    }
}
