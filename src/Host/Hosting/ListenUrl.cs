using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace GpuCredit.Host.Hosting;

/// <summary>An address to listen on, and the key of the setting that it came from.</summary>
/// <remarks>
/// Stricter than ASP.NET in one place: it takes any name it can't resolve as "every interface", which would open the
/// operators' door to everyone by a typo. Here a host is an IP address, <c>localhost</c>, or plainly <c>*</c>.
/// </remarks>
internal sealed record ListenUrl
{
    private ListenUrl(string key, string text, BindingAddress address)
    {
        Key = key;
        Text = text;
        IsHttps = address.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase);
        Host = address.Host;
        Port = address.Port;
    }

    public string Key { get; }

    public string Text { get; }

    public bool IsHttps { get; }

    public string Host { get; }

    /// <summary>0: a free one.</summary>
    public int Port { get; }

    private bool IsLocalhost => Host.Equals("localhost", StringComparison.OrdinalIgnoreCase);

    private bool IsEveryInterface => Host is "*" or "+";

    public static ListenUrl Parse(string key, string text)
    {
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse(text);
        }
        catch (FormatException)
        {
            throw Refused(key, text);
        }

        var url = new ListenUrl(key, text, address);
        var known = address.Scheme.ToUpperInvariant() is "HTTP" or "HTTPS" && address.PathBase.Length == 0
            && url.Port is >= IPEndPoint.MinPort and <= IPEndPoint.MaxPort
            && (url.IsLocalhost || url.IsEveryInterface || IPAddress.TryParse(url.Host, out _));
        if (!known)
            throw Refused(key, text);
        if (url is { IsLocalhost: true, Port: 0 })
            throw new StartRefusedException($"{key} asks for a free port on localhost, which is two addresses; write http://127.0.0.1:0.");
        return url;
    }

    public void Listen(KestrelServerOptions kestrel, Action<ListenOptions> configure)
    {
        if (IsLocalhost)
            kestrel.ListenLocalhost(Port, WithScheme);
        else if (IsEveryInterface)
            kestrel.ListenAnyIP(Port, WithScheme);
        else
            kestrel.Listen(IPAddress.Parse(Host), Port, WithScheme);

        void WithScheme(ListenOptions listen)
        {
            configure(listen);
            if (IsHttps)
                UseHttps(listen);
        }
    }

    /// <summary>One of the addresses that this stands for: enough to see whether the port is free.</summary>
    public IPEndPoint ToEndPoint() => new(
        IsLocalhost ? IPAddress.Loopback : IsEveryInterface ? IPAddress.Any : IPAddress.Parse(Host), Port);

    public bool IsSameAs(ListenUrl other) => Port != 0 && Port == other.Port && Host.Equals(other.Host, StringComparison.OrdinalIgnoreCase);

    private void UseHttps(ListenOptions listen)
    {
        try
        {
            listen.UseHttps();
        }
        catch (InvalidOperationException fault)
        {
            throw new StartRefusedException($"{Key} asks for https on {Text}, and there is no certificate: name one in Kestrel:Certificates:Default:Path.", fault);
        }
    }

    private static StartRefusedException Refused(string key, string text) => new(
        $"{key} must be a URL to listen on, such as http://127.0.0.1:8080 (the host an IP address, localhost or *), and is \"{text}\".");
}
