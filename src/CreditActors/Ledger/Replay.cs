namespace CreditActors.Ledger;

/// <summary>
/// Keeps the derived part of a journal true: each epoch's total at its start, and checkpoints of what remains of each active
/// credit. An entry makes what lies after it stale; the next question replays epochs (not usages) from the last checkpoint
/// that is still true, and no further than it must.
/// </summary>
/// <remarks>
/// <para>
/// Three marks in event time say what is true. Epochs that start before <see cref="_trueBefore"/> are. The <em>chain</em>, up
/// to the epoch that starts at <see cref="_chainThrough"/>, is what was ever computed: there each total and checkpoint followed
/// from the one before it when it was made. Since then entries have disturbed that only up to <see cref="_touchedThrough"/>:
/// beyond it each still follows from the one before.
/// </para>
/// <para>
/// So a replay that meets a checkpoint of the chain, beyond everything touched, and finds the same remains has proved the rest
/// of the chain true, and stops. Stopping at the first equal checkpoint, whatever was touched, would be wrong as soon as two
/// entries come between two questions: the effect of the first may end before the place of the second.
/// </para>
/// <para>
/// Checkpoints are spaced by an epoch for every <see cref="ActiveForAnEpoch"/> credits that are active (and at least
/// <see cref="SpacingMin"/>), so that their memory grows with the epochs and not with the square of the credits that overlap. The epoch last written to gets one
/// more, out of line: entries mostly come in order, and the replay then starts where they come.
/// </para>
/// </remarks>
internal sealed class Replay(EpochList epochs, CreditTable credits)
{
    private const int SpacingMin = 16;

    /// <summary>So an epoch pays for so many holdings of a checkpoint, whatever the number of active credits.</summary>
    private const int ActiveForAnEpoch = 4;

    /// <summary>The working state: what remains at the start of the epoch that starts at <see cref="_activeAt"/>.</summary>
    private readonly ActiveCredits _active = new(credits);
    private long _activeAt = long.MinValue;
    private int _activeSinceSpaced;

    private long _trueBefore = long.MinValue + 1;
    private long _touchedThrough = long.MinValue;
    private long _chainThrough = long.MinValue;

    private long _writtenAt = long.MinValue;
    private Epoch? _outOfLine;
    private Checkpoint? _spare;

    /// <summary>Epochs crossed by replays so far: what questions have cost. For tests and benchmarks.</summary>
    public long EpochsReplayed { get; private set; }

    /// <summary>
    /// An entry came, went or changed at <paramref name="at"/>. The remains at boundaries of at least <paramref name="staleFrom"/>
    /// may differ now; from one boundary to the next, they follow differently only up to <paramref name="through"/>.
    /// </summary>
    public void Touch(long at, long staleFrom, long through)
    {
        _writtenAt = at;
        if (staleFrom > _chainThrough)
            return;
        _trueBefore = Math.Min(_trueBefore, staleFrom);
        _touchedThrough = Math.Max(_touchedThrough, through);
    }

    /// <summary>What remains at the start of an epoch, replaying as much as it takes.</summary>
    public long TotalAtStart(int epoch)
    {
        var start = epochs.Start(epoch);
        if (start >= _trueBefore || start > _chainThrough)
            Run(epoch);
        return epochs[epoch].TotalAtStart;
    }

    /// <summary>Replays some epochs beyond all that were ever replayed, so that no single question has to replay very many.</summary>
    /// <returns>How many; 0 when there are none beyond.</returns>
    public int Extend(int epochsMost)
    {
        var known = epochs.Find(_chainThrough);
        var count = Math.Min(epochsMost, epochs.Count - 1 - known);
        if (count > 0)
            TotalAtStart(known + count);
        return count;
    }

    /// <summary>Forgets all that is derived.</summary>
    public void Drop()
    {
        for (var i = 0; i < epochs.Count; i++)
            epochs[i].Checkpoint = null;
        (_outOfLine, _spare) = (null, null);
        _active.Clear();
        _activeAt = long.MinValue;
        _activeSinceSpaced = 0;
        _trueBefore = long.MinValue + 1;
        _touchedThrough = long.MinValue;
        _chainThrough = long.MinValue;
    }

    private void Run(int target)
    {
        var written = epochs.Find(_writtenAt);
        var at = LoadLastTrue(target);
        while (at < target)
        {
            _active.Burn(epochs[at].Usages.Sum);
            var epoch = epochs[++at];
            _activeAt = epochs.Start(at);
            _active.Cross(_activeAt, epoch);
            _activeSinceSpaced++;
            EpochsReplayed++;
            epoch.TotalAtStart = _active.Total;
            if (ProvesTheRest(epoch))
            {
                _trueBefore = _chainThrough + 1;
                _touchedThrough = long.MinValue;
                if (epochs.Start(target) <= _chainThrough)
                    return;
                at = LoadLastTrue(target);
                continue;
            }

            Keep(epoch, outOfLine: at == written && at < target);
        }

        _trueBefore = _activeAt + 1;
        if (_activeAt >= _chainThrough)
        {
            _chainThrough = _activeAt;
            _touchedThrough = long.MinValue;
        }
        else
        {
            // What was computed before lies beyond, not joined to what is true now: it may be compared, but only further on.
            _touchedThrough = Math.Max(_touchedThrough, _activeAt);
        }
    }

    /// <summary>Makes the latest true state at or before an epoch the working one; returns its epoch.</summary>
    private int LoadLastTrue(int target)
    {
        var last = Math.Min(target, epochs.Find(Math.Min(_trueBefore - 1, _chainThrough)));
        var at = last;
        while (at > 0 && epochs[at].Checkpoint is null)
            at--;
        if (_activeAt <= epochs.Start(last) && _activeAt >= epochs.Start(at))
            return epochs.Find(_activeAt);
        if (epochs[at].Checkpoint is { } checkpoint)
        {
            _active.Load(checkpoint);
            _activeSinceSpaced = checkpoint.EpochsSinceSpaced;
        }
        else
        {
            _active.Clear();
            _activeSinceSpaced = 0;
        }

        _activeAt = epochs.Start(at);
        return at;
    }

    private bool ProvesTheRest(Epoch epoch) =>
        epoch.Checkpoint is { } checkpoint
        && _activeAt > _touchedThrough && _activeAt >= _trueBefore && _activeAt <= _chainThrough
        && _active.Equals(checkpoint);

    private void Keep(Epoch epoch, bool outOfLine)
    {
        var spacing = Math.Max(SpacingMin, _active.Count / ActiveForAnEpoch);
        if (_activeSinceSpaced >= spacing || (epoch.Checkpoint is { EpochsSinceSpaced: 0 } && _activeSinceSpaced >= spacing / 2))
        {
            _activeSinceSpaced = 0;
            Save(epoch);
        }
        else if (outOfLine)
        {
            if (_outOfLine is { Checkpoint.EpochsSinceSpaced: > 0 } former)
                Release(former);
            Save(epoch);
            _outOfLine = epoch;
        }
        else if (epoch.Checkpoint is not null)
        {
            Release(epoch);
        }
    }

    private void Save(Epoch epoch)
    {
        epoch.Checkpoint ??= _spare ?? new Checkpoint();
        if (epoch.Checkpoint == _spare)
            _spare = null;
        _active.SaveTo(epoch.Checkpoint, _activeSinceSpaced);
    }

    private void Release(Epoch epoch)
    {
        _spare = epoch.Checkpoint ?? _spare;
        epoch.Checkpoint = null;
    }
}
