using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace GpuCredit.Host.Hosting;

/// <summary>
/// A node's remoting address, in the one spelling that Akka gives it: nodes that spell an address differently take it for
/// another node. Names are in lower case, IPv6 addresses short and in brackets.
/// </summary>
internal readonly record struct HostPort
{
    public HostPort(string host, int port) => (Host, Port) = (Spell(host), port);

    public string Host { get; }

    public int Port { get; }

    public static HostPort Parse(string key, string text) => TryParse(text, out var address)
        ? address.Value
        : throw new StartRefusedException($"{key} must be host:port,host:port with ports from 1 to 65535 (an IPv6 address in brackets), and holds \"{text}\".");

    public static bool TryParse(string text, [NotNullWhen(true)] out HostPort? address)
    {
        var colon = text.LastIndexOf(':');
        // "::1:80" could be meant in two ways.
        address = colon > 0 && IsHost(text[..colon]) && (text[0] == '[' || !text[..colon].Contains(':', StringComparison.Ordinal)) && TryParsePort(text[(colon + 1)..], out var port) && port != 0
            ? new(text[..colon], port)
            : null;
        return address is not null;
    }

    public static bool IsHost(string text) => Uri.CheckHostName(text) != UriHostNameType.Unknown;

    public static bool TryParsePort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= IPEndPoint.MaxPort;

    private static string Spell(string host) => Uri.CheckHostName(host) == UriHostNameType.IPv6
        ? $"[{IPAddress.Parse(host.Trim('[', ']'))}]"
        : host.ToLowerInvariant();

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
