using DoorBench.Doors;

namespace DoorBench.Outage;

/// <summary>All there is to see at one moment.</summary>
/// <param name="At">Since the load began.</param>
/// <param name="Phase">Of the event store, all the time since the sample before.</param>
/// <param name="Doors">In their order.</param>
/// <param name="Host">The process.</param>
internal sealed record Sample(TimeSpan At, Phase Phase, IReadOnlyList<DoorState> Doors, HostState Host)
{
    public long Stored => Doors.Sum(door => door.Stored);
}
