namespace GpuCredit.Host.Hosting;

/// <summary>Who on the roll is alive: known by watching for a while, so that no clock of another machine matters.</summary>
/// <param name="time">Measures how long.</param>
/// <param name="looksWithin">When more time lies between two looks, the watcher itself was away, and begins anew.</param>
/// <param name="deadAfter">Who hasn't signed for so long is dead, though its name may stay on the roll.</param>
internal sealed class RollWatch(TimeProvider time, TimeSpan looksWithin, TimeSpan deadAfter)
{
    /// <summary>When they were last seen to have signed.</summary>
    private readonly Dictionary<string, long> _signed = new(StringComparer.Ordinal);

    private long _since;
    private long _looked;

    /// <summary>What was read last: how often each member has signed.</summary>
    public IReadOnlyDictionary<string, long>? Seen { get; private set; }

    /// <summary>
    /// Those that have signed under our eyes, and lately. A name alone is no sign of life: a copy of a database holds the names of the
    /// members over the original, and who was killed stays on the roll.
    /// </summary>
    public IReadOnlySet<string> Alive => _signed.Where(member => time.GetElapsedTime(member.Value) < deadAfter).Select(member => member.Key).ToHashSet(StringComparer.Ordinal);

    /// <summary>Nobody is on the roll.</summary>
    public bool IsEmpty => Seen is { Count: 0 };

    /// <summary>Nobody has signed for so long.</summary>
    public bool IsQuietFor(TimeSpan length) => Seen is not null && time.GetElapsedTime(_since) >= length;

    public void See(IReadOnlyDictionary<string, long> roll)
    {
        var now = time.GetTimestamp();
        if (Seen is not { } before || time.GetElapsedTime(_looked, now) > looksWithin)
        {
            Forget();
            _since = now;
        }
        else
        {
            var signed = roll.Where(member => !before.TryGetValue(member.Key, out var signatures) || signatures != member.Value).Select(member => member.Key).ToList();
            foreach (var gone in before.Keys.Where(name => !roll.ContainsKey(name)))
                _signed.Remove(gone);
            foreach (var name in signed)
                _signed[name] = now;
            if (signed.Count > 0 || roll.Count != before.Count)
                _since = now;
        }

        Seen = roll;
        _looked = now;
    }

    public void Forget()
    {
        Seen = null;
        _signed.Clear();
    }
}
