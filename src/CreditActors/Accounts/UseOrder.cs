namespace CreditActors.Accounts;

/// <summary>
/// The residents by their last use, the least recently used first, and exactly so; but a use moves nobody. Each has the place of the use that it was
/// last looked at with, and only who has come to the front is looked at again: whoever was used since moves back then. So a use costs a
/// timestamp, and the order what it is asked for. A binary heap; its owner holds a lock.
/// </summary>
internal sealed class UseOrder
{
    private readonly List<Resident> _heap = [];

    /// <summary>Who comes first by what was known of its uses; null when there is nobody.</summary>
    public Resident? First => _heap.Count > 0 ? _heap[0] : null;

    /// <summary>Looks whether the first has been used since, and moves it to its new place then.</summary>
    /// <returns>True when it is the least recently used.</returns>
    public bool Confirm()
    {
        var first = _heap[0];
        var usedAt = first.UsedAt;
        if (usedAt == first.PlacedAt)
            return true;
        first.PlacedAt = usedAt;
        Sink(first, 0);
        return false;
    }

    public void Add(Resident resident)
    {
        resident.PlacedAt = resident.UsedAt;
        _heap.Add(resident);
        Rise(resident, _heap.Count - 1);
    }

    public void Remove(Resident resident)
    {
        var place = resident.Place;
        var last = _heap[^1];
        _heap.RemoveAt(_heap.Count - 1);
        resident.Place = Resident.Nowhere;
        if (last == resident)
            return;
        if (Rise(last, place) == place)
            Sink(last, place);
    }

    private int Rise(Resident resident, int place)
    {
        while (place > 0 && _heap[(place - 1) / 2] is var above && above.PlacedAt > resident.PlacedAt)
        {
            Put(above, place);
            place = (place - 1) / 2;
        }

        Put(resident, place);
        return place;
    }

    private void Sink(Resident resident, int place)
    {
        while ((2 * place) + 1 is var below && below < _heap.Count)
        {
            if (below + 1 < _heap.Count && _heap[below + 1].PlacedAt < _heap[below].PlacedAt)
                below++;
            if (_heap[below].PlacedAt >= resident.PlacedAt)
                break;
            Put(_heap[below], place);
            place = below;
        }

        Put(resident, place);
    }

    private void Put(Resident resident, int place)
    {
        _heap[place] = resident;
        resident.Place = place;
    }
}
