using GpuCredit.Host.Hosting;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace GpuCredit.Host.Grpc;

/// <summary>
/// Around our own calls: a fault of ours is logged, and the caller is told that it was one, and no more. What was given up here, while the
/// caller still waits, is unavailable: without a word of ours it would be told as what gRPC makes of it, "unknown", which is how
/// <see cref="GrpcDoor"/> knows a message that can't be read.
/// </summary>
internal sealed class GrpcFaults(ILogger<GrpcFaults> logger) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception fault) when (IsOurs(fault, context))
        {
            throw Answer(fault, context);
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(requestStream, responseStream, context);
        }
        catch (Exception fault) when (IsOurs(fault, context))
        {
            throw Answer(fault, context);
        }
    }

    /// <summary>Neither an answer, nor what happens to a call whose caller has gone or whose deadline has passed.</summary>
    private static bool IsOurs(Exception fault, ServerCallContext context) => fault is not RpcException && !context.CancellationToken.IsCancellationRequested;

    private RpcException Answer(Exception fault, ServerCallContext context)
    {
        // A connection that breaks under a stream is an IOException before it is anybody's cancellation.
        if (fault is OperationCanceledException or IOException)
            return GrpcProblems.Unavailable(GrpcProblems.GivenUp);
        HostLog.RequestFailed(logger, "gRPC", context.Method, fault);
        return GrpcProblems.Fault();
    }
}
