namespace GpuCredit.Host.Hosting;

/// <summary>What the process says when it ends.</summary>
/// <remarks>255 is Akka's: the cluster put this node out, or its part of the cluster crashed. A supervisor starts it anew.</remarks>
internal static class ExitCode
{
    /// <summary>Stopped as asked (Ctrl-C, SIGTERM), everything drained.</summary>
    public const int Stopped = 0;

    /// <summary>A fault of ours; its stack trace is on stderr.</summary>
    public const int Fault = 1;

    /// <summary>The start was refused for a reason that the operator can mend; the sentence is on stderr.</summary>
    public const int StartRefused = 2;
}
