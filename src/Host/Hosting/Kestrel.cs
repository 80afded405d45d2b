using GpuCredit.Host.Grpc;
using GpuCredit.Host.Http;
using GpuCredit.Host.Operations;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace GpuCredit.Host.Hosting;

/// <summary>The web server's doors and bounds.</summary>
internal static class Kestrel
{
    public static void Listen(this WebApplicationBuilder builder, HostSettings settings)
    {
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            SetLimits(kestrel.Limits);
            foreach (var url in settings.Urls)
                url.Listen(kestrel, _ => { });
            settings.GrpcUrl.Listen(kestrel, GrpcDoor.Mark);
            settings.OpsUrl.Listen(kestrel, OpsDoor.Mark);
        });
    }

    private static void SetLimits(KestrelServerLimits limits)
    {
        limits.MaxRequestBodySize = HttpLimits.BatchBytesMax;
        limits.MaxRequestLineSize = HttpLimits.RequestLineBytesMax;
        limits.MaxRequestHeadersTotalSize = HttpLimits.HeadersBytesMax;
        limits.MaxRequestHeaderCount = HttpLimits.HeadersMax;
        limits.MaxConcurrentConnections = HttpLimits.ConnectionsMax;
        limits.RequestHeadersTimeout = HttpLimits.HeadersTimeout;
        limits.KeepAliveTimeout = HttpLimits.KeepAliveTimeout;
        limits.Http2.InitialStreamWindowSize = GrpcLimits.StreamWindowBytes;
        limits.Http2.InitialConnectionWindowSize = GrpcLimits.ConnectionWindowBytes;
        limits.Http2.KeepAlivePingDelay = GrpcLimits.PingAfter;
    }
}
