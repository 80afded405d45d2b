using Akka.Actor;

namespace GpuCredit.Host.EventStore.Rows;

/// <summary>An account that wakes, from its question for a snapshot to its question for events.</summary>
internal sealed class WakingAccount
{
    public WakingAccount(string persistenceId, IActorRef actor)
    {
        (PersistenceId, Actor) = (persistenceId, actor);
        Place = new(this);
    }

    public string PersistenceId { get; }

    /// <summary>Who asks. The next incarnation is another.</summary>
    public IActorRef Actor { get; }

    public LinkedListNode<WakingAccount> Place { get; }

    public EventsRead? Events { get; set; }
}
