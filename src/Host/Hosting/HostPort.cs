using System.Globalization;
using System.Net;

namespace GpuCredit.Host.Hosting;

/// <summary>A node's remoting address.</summary>
internal readonly record struct HostPort(string Host, int Port)
{
    public static HostPort Parse(string key, string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon > 0 && IsHost(text[..colon]) && TryParsePort(text[(colon + 1)..], out var port) && port != 0)
            return new(text[..colon], port);
        throw new StartRefusedException($"{key} must be host:port,host:port with ports from 1 to 65535, and holds \"{text}\".");
    }

    public static bool IsHost(string text) => Uri.CheckHostName(text) != UriHostNameType.Unknown;

    public static bool TryParsePort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= IPEndPoint.MaxPort;

    public bool IsSameAs(HostPort other) => Port == other.Port && Host.Equals(other.Host, StringComparison.OrdinalIgnoreCase);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
