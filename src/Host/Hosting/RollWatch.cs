namespace GpuCredit.Host.Hosting;

/// <summary>Who on the roll is alive: known by watching for a while, so that no clock of another machine matters.</summary>
internal sealed class RollWatch(TimeProvider time, TimeSpan deadAfter)
{
    private readonly HashSet<string> _alive = new(StringComparer.Ordinal);
    private long _since;

    /// <summary>What was read last: how often each member has signed.</summary>
    public IReadOnlyDictionary<string, long>? Seen { get; private set; }

    /// <summary>
    /// Those that have signed under our eyes. A name alone is no sign of life: a copy of a database holds the names of the members
    /// over the original.
    /// </summary>
    public IEnumerable<string> Alive => _alive;

    /// <summary>Nobody is on the roll, or nobody has signed for long.</summary>
    public bool IsQuiet => Seen is not null && (Seen.Count == 0 || time.GetElapsedTime(_since) >= deadAfter);

    public void See(IReadOnlyDictionary<string, long> roll)
    {
        if (Seen is { } before)
        {
            var signed = roll.Where(member => !before.TryGetValue(member.Key, out var signatures) || signatures != member.Value).Select(member => member.Key).ToList();
            if (signed.Count > 0 || roll.Count != before.Count)
                _since = time.GetTimestamp();
            _alive.IntersectWith(roll.Keys);
            _alive.UnionWith(signed);
        }
        else
        {
            _since = time.GetTimestamp();
        }

        Seen = roll;
    }

    public void Forget()
    {
        Seen = null;
        _alive.Clear();
    }
}
