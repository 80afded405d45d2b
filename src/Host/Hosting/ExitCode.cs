namespace GpuCredit.Host.Hosting;

/// <summary>What the process says when it ends.</summary>
/// <remarks>255 is Akka's: the actor system ended by itself, for a reason that the log tells. A supervisor starts it anew.</remarks>
internal static class ExitCode
{
    /// <summary>Stopped as asked (Ctrl-C, SIGTERM), everything drained.</summary>
    public const int Stopped = 0;

    /// <summary>A fault of ours; its stack trace is on stderr.</summary>
    public const int Fault = 1;

    /// <summary>The start was refused for a reason that the operator can mend; the sentence is on stderr.</summary>
    public const int StartRefused = 2;

    /// <summary>
    /// The cluster put this node out: it was silent for too long, or in the smaller part of a split, or an operator downed it; or it doesn't let it in.
    /// A supervisor starts it anew, and it joins again.
    /// </summary>
    public const int PutOut = 3;
}
