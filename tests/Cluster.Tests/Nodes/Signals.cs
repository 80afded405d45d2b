using System.Diagnostics;

namespace Cluster.Tests.Nodes;

/// <summary>Signals that .NET has no call for.</summary>
internal static class Signals
{
    public const string Terminate = "TERM";
    public const string Pause = "STOP";
    public const string Continue = "CONT";

    public static async Task SendAsync(int processId, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{processId}"]);
        await kill.WaitForExitAsync();
    }
}
