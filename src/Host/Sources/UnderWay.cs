namespace GpuCredit.Host.Sources;

/// <summary>What one source has taken at this node and not settled, and the room it fills. What is given up is kept until somebody gives it back.</summary>
internal sealed class UnderWay(Room room)
{
    private readonly Lock _gate = new();
    private readonly HashSet<Delivery> _deliveries = [];
    private readonly List<Delivery> _givenUp = [];

    public IReadOnlyCollection<Delivery> All
    {
        get
        {
            lock (_gate)
                return [.. _deliveries];
        }
    }

    public void Enter(IReadOnlyList<Delivery> batch)
    {
        room.Enter(batch.Count, batch.Sum(delivery => delivery.Bytes));
        lock (_gate)
            _deliveries.UnionWith(batch);
    }

    /// <summary>It is acknowledged.</summary>
    public void Leave(Delivery delivery)
    {
        lock (_gate)
            _deliveries.Remove(delivery);
        room.Leave(1, delivery.Bytes);
    }

    /// <summary>Nothing of a batch is worked on any more; what hasn't left stays unacknowledged.</summary>
    public void GiveUp(IReadOnlyList<Delivery> batch)
    {
        foreach (var delivery in batch)
        {
            lock (_gate)
            {
                if (!_deliveries.Remove(delivery))
                    continue;
                _givenUp.Add(delivery);
            }

            room.Leave(1, delivery.Bytes);
        }
    }

    /// <summary>What was given up since the last call.</summary>
    public IReadOnlyList<Delivery> TakeGivenUp()
    {
        lock (_gate)
        {
            Delivery[] all = [.. _givenUp];
            _givenUp.Clear();
            return all;
        }
    }
}
