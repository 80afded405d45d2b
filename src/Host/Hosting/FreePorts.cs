using System.Net;
using System.Net.Sockets;

namespace GpuCredit.Host.Hosting;

/// <summary>
/// Sees before anything starts that every address can be listened on, so that a taken port is one sentence naming its
/// setting, and not a node that comes up by half.
/// </summary>
internal static class FreePorts
{
    public static async Task RefuseTakenAsync(HostSettings settings)
    {
        foreach (var url in settings.Urls.Append(settings.OpsUrl))
            Try(url.Key, url.Text, url.ToEndPoint());
        var bind = settings.Cluster.Bind;
        foreach (var address in await ResolveAsync(bind.Host))
            Try(SettingsSection.Key(settings.Cluster.Bind == settings.Cluster.Address ? "Cluster:Port" : "Cluster:BindPort"), bind.ToString(), new IPEndPoint(address, bind.Port));
    }

    private static async Task<IPAddress[]> ResolveAsync(string host)
    {
        try
        {
            return IPAddress.TryParse(host, out var address) ? [address] : await Dns.GetHostAddressesAsync(host);
        }
        catch (SocketException)
        {
            throw new StartRefusedException($"{SettingsSection.Key("Cluster:Host")} (or :BindHost) {host} isn't the name of an address of this machine.");
        }
    }

    private static void Try(string key, string shown, IPEndPoint endPoint)
    {
        using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endPoint);
            socket.Listen(1);
        }
        catch (SocketException refused)
        {
            var why = refused.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => "the port is taken by another program",
                SocketError.AddressNotAvailable => "that is no address of this machine",
                SocketError.AccessDenied => "listening there is not permitted",
                _ => refused.Message,
            };
            throw new StartRefusedException($"{key} asks to listen on {shown}, and {why}.", refused);
        }
    }
}
