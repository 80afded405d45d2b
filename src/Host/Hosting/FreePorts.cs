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
        // Held until all are tried: two settings that ask for one port, however they are spelled, are each other's trouble.
        var held = new List<Socket>();
        try
        {
            foreach (var url in settings.Urls.Append(settings.GrpcUrl).Append(settings.OpsUrl))
                held.Add(Try(url.Key, url.Key, url.Text, url.ToEndPoint()));
            var bind = settings.Cluster.Bind;
            var prefix = bind == settings.Cluster.Address ? "Cluster:" : "Cluster:Bind";
            foreach (var address in await ResolveAsync(bind.Host))
                held.Add(Try(SettingsSection.Key(prefix + "Port"), SettingsSection.Key(prefix + "Host"), bind.ToString(), new IPEndPoint(address, bind.Port)));
        }
        finally
        {
            held.ForEach(socket => socket.Dispose());
        }
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

    private static Socket Try(string portKey, string hostKey, string shown, IPEndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endPoint);
            socket.Listen(1);
            return socket;
        }
        catch (SocketException refused)
        {
            socket.Dispose();
            var (key, why) = refused.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => (portKey, "the port is taken, by another program or another setting"),
                SocketError.AddressNotAvailable => (hostKey, "that is no address of this machine"),
                SocketError.AccessDenied => (portKey, "listening there is not permitted"),
                _ => (portKey, refused.Message),
            };
            throw new StartRefusedException($"{key} asks to listen on {shown}, and {why}.", refused);
        }
    }
}
