using System.Collections.Immutable;
using Akka.Actor;
using Akka.Persistence;

namespace GpuCredit.Host.EventStore.Rows;

/// <summary>What an actor wants stored at once, and its answer: the messages that Akka's own journals send, in their order.</summary>
/// <param name="message">As Akka's persistent actors send it.</param>
/// <param name="journal">Who is said to answer.</param>
internal sealed class JournalWrite(WriteMessages message, IActorRef journal)
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<EventRow> _rows = new(1);
    private Dictionary<AtomicWrite, Exception>? _refused;

    /// <summary>What can be stored of it.</summary>
    public IReadOnlyList<EventRow> Rows => _rows;

    /// <summary>Whose events they are. There must be rows.</summary>
    public string PersistenceId => _rows[0].PersistenceId;

    /// <summary>Completes when the store does nothing more for it, whatever came of it.</summary>
    public Task Over => _over.Task;

    /// <summary>Makes the rows.</summary>
    /// <param name="rowOf">Throws for what can't be stored, whenever it is tried: the actor is told that it was refused, and not that the store failed.</param>
    public void Serialize(Func<IPersistentRepresentation, EventRow> rowOf)
    {
        foreach (var atomicWrite in message.Messages.OfType<AtomicWrite>())
        {
            var before = _rows.Count;
            try
            {
                foreach (var event_ in Events(atomicWrite))
                    _rows.Add(rowOf(event_));
            }
            catch (Exception fault)
            {
                _rows.RemoveRange(before, _rows.Count - before);
                (_refused ??= new(ReferenceEqualityComparer.Instance)).Add(atomicWrite, fault);
            }
        }
    }

    /// <param name="fault">Null: the rows are on disk.</param>
    public void Answer(Exception? fault)
    {
        var actor = message.PersistentActor;
        var instance = message.ActorInstanceId;
        actor.Tell(fault is null ? WriteMessagesSuccessful.Instance : new WriteMessagesFailed(fault, message.Messages.Count(one => one is AtomicWrite)), journal);
        foreach (var envelope in message.Messages)
        {
            if (envelope is not AtomicWrite atomicWrite)
            {
                actor.Tell(new LoopMessageSuccess(envelope.Payload, instance), envelope.Sender);
                continue;
            }

            var refusal = _refused?.GetValueOrDefault(atomicWrite);
            foreach (var event_ in Events(atomicWrite))
            {
                actor.Tell(
                    fault is not null ? new WriteMessageFailure(event_, fault, instance)
                    : refusal is not null ? new WriteMessageRejected(event_, refusal, instance)
                    : new WriteMessageSuccess(event_, instance),
                    event_.Sender);
            }
        }
    }

    public void End() => _over.SetResult();

    private static IImmutableList<IPersistentRepresentation> Events(AtomicWrite atomicWrite) => (IImmutableList<IPersistentRepresentation>)atomicWrite.Payload;
}
