using Akka.Persistence;

namespace GpuCredit.Host.EventStore.Rows;

/// <summary>All of an account's events from a number on, as they were at one instant.</summary>
/// <param name="From">The number.</param>
/// <param name="Highest">The highest number, of a deleted event too; the one before <paramref name="From"/> when there are none.</param>
/// <param name="Events">In the order of their numbers.</param>
/// <param name="Bytes">How many they are in the store.</param>
internal sealed record EventsRead(long From, long Highest, IReadOnlyList<Persistent> Events, long Bytes)
{
    /// <summary>
    /// Whether one process wrote again after another had: only then has Akka's replay filter anything to say to events whose numbers rise.
    /// </summary>
    public bool IsByTurns
    {
        get
        {
            List<string>? earlier = null;
            for (var i = 1; i < Events.Count; i++)
            {
                if (Events[i].WriterGuid == Events[i - 1].WriterGuid)
                    continue;
                (earlier ??= []).Add(Events[i - 1].WriterGuid);
                if (earlier.Contains(Events[i].WriterGuid))
                    return true;
            }

            return false;
        }
    }

    /// <param name="stored">What was read.</param>
    /// <param name="serialization">The actor system's.</param>
    /// <returns>Null when there may be more, or there is one that can't be read: whoever reads it the long way will say so.</returns>
    public static EventsRead? Of(StoredAccount stored, Akka.Serialization.Serialization serialization)
    {
        if (stored.Events.IsFull)
            return null;
        var events = new Persistent[stored.Events.Rows.Count];
        try
        {
            for (var i = 0; i < events.Length; i++)
                events[i] = stored.Events.Rows[i].Read(serialization);
        }
        catch (Exception)
        {
            return null; // a serializer may throw anything
        }

        var floor = stored.Snapshot?.SequenceNr ?? 0;
        return new(floor + 1, Math.Max(floor, stored.Events.Highest), events, stored.Events.Bytes);
    }
}
