namespace CreditActors.Sharding;

/// <summary>How many entries and questions are under way through one client. Safe for many threads.</summary>
/// <param name="most">At once.</param>
internal sealed class EntriesInFlight(int most)
{
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <param name="count">Entries; a question counts as one.</param>
    /// <returns>False when there is no room for all of them: then none is counted.</returns>
    public bool TryEnter(int count)
    {
        if (Interlocked.Add(ref _count, count) <= most)
            return true;
        Leave(count);
        return false;
    }

    public void Leave(int count) => Interlocked.Add(ref _count, -count);
}
