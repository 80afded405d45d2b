namespace Cluster.Tests.Faults;

/// <summary>The faults that a mix takes from.</summary>
internal static class Mix
{
    public static readonly IReadOnlyList<Fault> Faults =
    [
        Killing.Any, Killing.Oldest, Pausing.Any, Splitting.Minority, Splitting.Oldest, Splitting.Everybody, DatabaseFaults.Crash, DatabaseFaults.CutConnections,
        Moving.Roll, Moving.JoinAndLeave,
    ];
}
