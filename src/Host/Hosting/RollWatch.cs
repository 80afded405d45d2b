namespace GpuCredit.Host.Hosting;

/// <summary>Whether anybody on the roll is alive: known by watching for a while, so that no clock of another machine matters.</summary>
internal sealed class RollWatch(TimeProvider time, TimeSpan deadAfter)
{
    private long _since;

    /// <summary>What was read last: how often each member has signed.</summary>
    public IReadOnlyDictionary<string, long>? Seen { get; private set; }

    /// <summary>Nobody is on the roll, or nobody has signed for long.</summary>
    public bool IsQuiet => Seen is not null && (Seen.Count == 0 || time.GetElapsedTime(_since) >= deadAfter);

    public void See(IReadOnlyDictionary<string, long> roll)
    {
        var isSame = Seen is not null && Seen.Count == roll.Count
            && roll.All(member => Seen.TryGetValue(member.Key, out var signatures) && signatures == member.Value);
        if (!isSame)
            _since = time.GetTimestamp();
        Seen = roll;
    }

    public void Forget() => Seen = null;
}
