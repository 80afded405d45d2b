using GpuCredit.Client;
using GpuCredit.Client.Grpc;
using Grpc.Core;

namespace LoadDriver.Measuring;

/// <summary>Why a try didn't decide an entry or answer a question.</summary>
internal enum Fault
{
    /// <summary>The ledger said so.</summary>
    Unavailable,

    /// <summary>No answer within the time of a try.</summary>
    TimedOut,

    /// <summary>Nobody listened, or the connection broke off.</summary>
    BrokenOff,

    /// <summary>Not an answer of GpuCredit's, and not one that passes.</summary>
    Foreign,
}

internal static class Faults
{
    public static Fault Of(GpuCreditException fault) => fault switch
    {
        { IsTransient: false } => Fault.Foreign,
        { InnerException: OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled } } => Fault.TimedOut,
        { InnerException: RpcException inner } when GrpcFaults.Code(inner) == "unavailable" => Fault.Unavailable,
        { InnerException: null } => Fault.Unavailable,
        _ => Fault.BrokenOff,
    };
}
