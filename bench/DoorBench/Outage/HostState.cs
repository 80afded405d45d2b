namespace DoorBench.Outage;

/// <summary>What the Host's process holds.</summary>
/// <param name="ResidentMiB">Resident memory, by the system.</param>
/// <param name="HeapMiB">The managed heap after the last collection, by <c>/metrics</c>.</param>
/// <param name="InFlight"><c>gpucredit_in_flight</c>.</param>
/// <param name="InFlightMax"><c>gpucredit_in_flight_max</c>.</param>
internal sealed record HostState(long ResidentMiB, long HeapMiB, long InFlight, long InFlightMax);
