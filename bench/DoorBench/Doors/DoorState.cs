namespace DoorBench.Doors;

/// <summary>How far a door is.</summary>
/// <param name="Stored">Usages known to be on disk.</param>
/// <param name="Held">What it holds at this moment and has not stored, in what <see cref="IDoor.Bound"/> counts.</param>
/// <param name="Again">How often something was sent again, since it wasn't known to be stored.</param>
internal readonly record struct DoorState(long Stored, long Held, long Again);
