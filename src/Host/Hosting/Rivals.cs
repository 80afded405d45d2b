namespace GpuCredit.Host.Hosting;

/// <summary>
/// Whether another cluster lives over the same event store, and which of the two has to go. It can't be by the rules, but by two faults at
/// once, or by an operator who downs what lives: each side would take itself for the cluster for ever, since Akka doesn't merge them.
/// </summary>
/// <param name="time">Measures how long.</param>
/// <param name="patience">For so long others may sign that are no members: those that were put out and don't know it yet.</param>
internal sealed class Rivals(TimeProvider time, TimeSpan patience)
{
    private long? _since;

    /// <param name="self">This node.</param>
    /// <param name="members">Of its cluster, itself among them or not.</param>
    /// <param name="alive">Those that sign, itself among them or not.</param>
    /// <returns>True: others have signed for long, and are more; or as many, and theirs is the first name.</returns>
    public bool HaveWon(string self, IReadOnlySet<string> members, IReadOnlySet<string> alive)
    {
        var theirs = alive.Where(name => name != self && !members.Contains(name)).ToList();
        if (theirs.Count == 0)
        {
            _since = null;
            return false;
        }

        _since ??= time.GetTimestamp();
        if (time.GetElapsedTime(_since.Value) < patience)
            return false;
        List<string> ours = [self, .. alive.Where(name => name != self && members.Contains(name))];
        return theirs.Count > ours.Count
            || (theirs.Count == ours.Count && string.CompareOrdinal(theirs.Min(StringComparer.Ordinal), ours.Min(StringComparer.Ordinal)) < 0);
    }

    public void Forget() => _since = null;
}
