namespace GpuCredit.Client;

/// <summary>How a client talks to the server.</summary>
public enum GpuCreditTransport
{
    /// <summary>JSON over HTTP, at the server's <c>urls</c>.</summary>
    Http,

    /// <summary>gRPC, at the server's <c>GpuCredit:GrpcUrl</c>.</summary>
    Grpc,
}
