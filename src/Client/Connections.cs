namespace GpuCredit.Client;

/// <summary>How connections are kept, for both transports.</summary>
internal static class Connections
{
    /// <summary>A connection is used no longer than this, so that a changed DNS entry is seen.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Over HTTP/2 all calls share a connection, and a call that gives up leaves it open. One that fell silent without being closed,
    /// as a lost router leaves it, would swallow every try; so it is asked whether it lives.
    /// </summary>
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(2);

    public static void Configure(SocketsHttpHandler handler)
    {
        handler.PooledConnectionLifetime = Lifetime;
        handler.ConnectTimeout = ConnectTimeout;
        handler.KeepAlivePingDelay = PingDelay;
        handler.KeepAlivePingTimeout = PingTimeout;
        handler.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests;
        // More streams than one connection takes.
        handler.EnableMultipleHttp2Connections = true;
    }

    public static SocketsHttpHandler NewHandler()
    {
        var handler = new SocketsHttpHandler();
        Configure(handler);
        return handler;
    }
}
