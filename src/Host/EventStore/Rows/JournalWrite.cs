using System.Collections.Immutable;
using Akka.Actor;
using Akka.Persistence;

namespace GpuCredit.Host.EventStore.Rows;

/// <summary>
/// What an actor wants stored at once, and its answer: the messages that Akka's own journals send, in their order. One for each write, so it
/// makes no more objects than it must. Its task completes when the store does nothing more for it, whatever came of it.
/// </summary>
/// <param name="message">As Akka's persistent actors send it.</param>
/// <param name="journal">Who is said to answer.</param>
internal sealed class JournalWrite(WriteMessages message, IActorRef journal) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
{
    private readonly IReadOnlyList<IPersistentEnvelope> _envelopes = message.Messages as IReadOnlyList<IPersistentEnvelope> ?? [.. message.Messages];
    private EventRow[] _rows = [];
    private Dictionary<AtomicWrite, Exception>? _refused;

    /// <summary>What can be stored of it.</summary>
    public ReadOnlySpan<EventRow> Rows => _rows.AsSpan(0, RowCount);

    public int RowCount { get; private set; }

    /// <summary>Whose events they are. There must be rows.</summary>
    public string PersistenceId => _rows[0].PersistenceId;

    /// <summary>Makes the rows.</summary>
    /// <param name="rowOf">Throws for what can't be stored, whenever it is tried: the actor is told that it was refused, and not that the store failed.</param>
    public void Serialize(Func<IPersistentRepresentation, EventRow> rowOf)
    {
        _rows = new EventRow[EventCount()];
        for (var i = 0; i < _envelopes.Count; i++)
        {
            if (_envelopes[i] is not AtomicWrite atomicWrite)
                continue;
            var before = RowCount;
            try
            {
                var events = Events(atomicWrite);
                for (var j = 0; j < events.Count; j++)
                    _rows[RowCount++] = rowOf(events[j]);
            }
            catch (Exception fault)
            {
                RowCount = before;
                (_refused ??= new(ReferenceEqualityComparer.Instance)).Add(atomicWrite, fault);
            }
        }
    }

    /// <param name="fault">Null: the rows are on disk.</param>
    public void Answer(Exception? fault)
    {
        var actor = message.PersistentActor;
        var instance = message.ActorInstanceId;
        actor.Tell(fault is null ? WriteMessagesSuccessful.Instance : new WriteMessagesFailed(fault, _envelopes.Count(one => one is AtomicWrite)), journal);
        for (var i = 0; i < _envelopes.Count; i++)
        {
            if (_envelopes[i] is not AtomicWrite atomicWrite)
            {
                actor.Tell(new LoopMessageSuccess(_envelopes[i].Payload, instance), _envelopes[i].Sender);
                continue;
            }

            var refusal = _refused?.GetValueOrDefault(atomicWrite);
            var events = Events(atomicWrite);
            for (var j = 0; j < events.Count; j++)
            {
                actor.Tell(
                    fault is not null ? new WriteMessageFailure(events[j], fault, instance)
                    : refusal is not null ? new WriteMessageRejected(events[j], refusal, instance)
                    : new WriteMessageSuccess(events[j], instance),
                    events[j].Sender);
            }
        }
    }

    private int EventCount()
    {
        var count = 0;
        for (var i = 0; i < _envelopes.Count; i++)
            count += _envelopes[i] is AtomicWrite atomicWrite ? Events(atomicWrite).Count : 0;
        return count;
    }

    private static IImmutableList<IPersistentRepresentation> Events(AtomicWrite atomicWrite) => (IImmutableList<IPersistentRepresentation>)atomicWrite.Payload;
}
