using System.Diagnostics;
using GpuCredit.Client;
using LoadDriver.Settings;

namespace LoadDriver.Doors;

internal static class OpenedDoor
{
    public static ILoadDoor Open(LoadOptions options)
    {
        var once = new GpuCreditClientOptions { Address = options.Address, BatchEntriesMax = 10_000, Retry = new() { RetriesMax = 0 } };
        var oneByOne = options.Transport == Transport.Http || (options.Transport == Transport.Grpc && options.Batch == 1);
        switch (options.Transport)
        {
            case Transport.Http or Transport.Ndjson:
                var http = new HttpClient(new SocketsHttpHandler());
                return new CallDoor(new HttpGpuCreditClient(http, once), oneByOne, http);
            case Transport.Grpc:
                var grpc = new GrpcGpuCreditClient(options.GrpcUrl, once);
                return new CallDoor(grpc, oneByOne, grpc);
            case Transport.Stream:
                return new StreamDoor(options.GrpcUrl, once);
            default:
                throw new UnreachableException();
        }
    }
}
