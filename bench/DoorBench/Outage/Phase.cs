namespace DoorBench.Outage;

/// <summary>Of the event store.</summary>
internal enum Phase
{
    Before,
    Away,
    After,
}
