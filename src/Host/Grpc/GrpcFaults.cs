using GpuCredit.Host.Hosting;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace GpuCredit.Host.Grpc;

/// <summary>Around our own calls: a fault of ours is logged, and the caller is told that it was one, and no more.</summary>
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
            throw Logged(fault, context);
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
            throw Logged(fault, context);
        }
    }

    /// <summary>Neither an answer, nor what happens to a call whose caller has gone or whose deadline has passed.</summary>
    private static bool IsOurs(Exception fault, ServerCallContext context) =>
        fault is not (RpcException or OperationCanceledException or IOException) && !context.CancellationToken.IsCancellationRequested;

    private RpcException Logged(Exception fault, ServerCallContext context)
    {
        HostLog.RequestFailed(logger, "gRPC", context.Method, fault);
        return GrpcProblems.Fault();
    }
}
