using GpuCredit.Host.Hosting;

namespace GpuCredit.Host.Sources.RabbitMq;

/// <summary>What a source of kind <c>rabbitmq</c> has beside what all have.</summary>
internal sealed record RabbitMqSettings
{
    private static readonly string[] Known = ["Queue", "Create", "DeadLetter", "DeadLetterExchange", "Username", "Password", "CaFile"];

    public required SourceSettings Common { get; init; }

    public required Uri[] Nodes { get; init; }

    public required string VirtualHost { get; init; }

    public required string Queue { get; init; }

    /// <summary>Whether queues that are absent are made: durable, quorum.</summary>
    public required bool Create { get; init; }

    /// <summary>The dead letters' queue; or, with an exchange, their routing key.</summary>
    public required string DeadLetter { get; init; }

    /// <summary>Empty: the default exchange, which routes to the queue of that name.</summary>
    public required string DeadLetterExchange { get; init; }

    public required string Username { get; init; }

    public required string Password { get; init; }

    public required string? CaFile { get; init; }

    public static ConfiguredSource Read(SourceSection section)
    {
        section.RefuseUnknown("rabbitmq", Known);
        var nodes = section.Urls("amqp://127.0.0.1:5672/vhost", "amqp", "amqps");
        var hosts = nodes.Select(VirtualHostOf).Distinct().ToList();
        if (hosts.Count > 1 || nodes.Select(node => node.Scheme).Distinct().Count() > 1)
            throw new StartRefusedException($"{section.Key("Address")} must name nodes of one broker, with the same scheme and the same virtual host.");
        var queue = section.Required("Queue", "the name of the queue that is read");
        // What a fresh broker has, and takes from its own machine only.
        var (username, password) = section.Credentials() ?? ("guest", "guest");
        var settings = new RabbitMqSettings
        {
            Common = section.Settings(SourceKind.RabbitMq, string.Join(',', nodes.Select(node => node.ToString()))),
            Nodes = nodes,
            VirtualHost = hosts[0],
            Queue = queue,
            Create = section.YesNo("Create", otherwise: false),
            DeadLetter = section.Text("DeadLetter") ?? $"{queue}.dead",
            DeadLetterExchange = section.Text("DeadLetterExchange") ?? "",
            Username = username,
            Password = password,
            CaFile = section.File("CaFile"),
        };
        if (settings.DeadLetterExchange.Length == 0 && settings.DeadLetter == queue)
            throw new StartRefusedException($"{section.Key("DeadLetter")} is the same as {section.Key("Queue")}: the source would read its own dead letters.");
        return new ConfiguredSource(settings.Common, new RabbitMqBroker(settings), section.Format());
    }

    private static string VirtualHostOf(Uri node) => node.AbsolutePath is "" or "/" ? "/" : Uri.UnescapeDataString(node.AbsolutePath[1..]);
}
