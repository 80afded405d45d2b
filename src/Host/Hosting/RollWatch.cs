namespace GpuCredit.Host.Hosting;

/// <summary>Who on the roll is alive: known by watching for a while, so that no clock of another machine matters.</summary>
/// <param name="time">Measures how long.</param>
/// <param name="looksWithin">When more time lies between two looks, the watcher itself was away, and begins anew.</param>
internal sealed class RollWatch(TimeProvider time, TimeSpan looksWithin)
{
    private readonly HashSet<string> _alive = new(StringComparer.Ordinal);
    private long _since;
    private long _looked;

    /// <summary>What was read last: how often each member has signed.</summary>
    public IReadOnlyDictionary<string, long>? Seen { get; private set; }

    /// <summary>
    /// Those that have signed under our eyes. A name alone is no sign of life: a copy of a database holds the names of the members
    /// over the original.
    /// </summary>
    public IReadOnlySet<string> Alive => _alive;

    /// <summary>Nobody is on the roll.</summary>
    public bool IsEmpty => Seen is { Count: 0 };

    /// <summary>Nobody has signed for so long.</summary>
    public bool IsQuietFor(TimeSpan length) => Seen is not null && time.GetElapsedTime(_since) >= length;

    public void See(IReadOnlyDictionary<string, long> roll)
    {
        var now = time.GetTimestamp();
        if (Seen is null || time.GetElapsedTime(_looked, now) > looksWithin)
        {
            Forget();
            _since = now;
        }
        else if (Changes(Seen, roll))
        {
            _since = now;
        }

        Seen = roll;
        _looked = now;
    }

    public void Forget()
    {
        Seen = null;
        _alive.Clear();
    }

    private bool Changes(IReadOnlyDictionary<string, long> before, IReadOnlyDictionary<string, long> roll)
    {
        var signed = roll.Where(member => !before.TryGetValue(member.Key, out var signatures) || signatures != member.Value).Select(member => member.Key).ToList();
        _alive.IntersectWith(roll.Keys);
        _alive.UnionWith(signed);
        return signed.Count > 0 || roll.Count != before.Count;
    }
}
