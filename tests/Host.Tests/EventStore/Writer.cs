using System.Collections.Immutable;
using Akka.Actor;
using Akka.Persistence;

namespace Host.Tests.EventStore;

/// <summary>Stores what it's told and answers <see cref="Stored"/>; answers a failure as one. Knows what it recovered.</summary>
internal sealed class Writer(string id) : UntypedPersistentActor
{
    private readonly ImmutableArray<object>.Builder _known = ImmutableArray.CreateBuilder<object>();

    public override string PersistenceId => id;

    protected override void OnCommand(object message)
    {
        var asker = Sender;
        switch (message)
        {
            case AskKnown:
                asker.Tell(new Known(_known.ToImmutable()));
                break;
            case SaveSnapshotNow:
                SaveSnapshot(new Note(string.Join(',', _known.Select(known => ((Note)known).Text))));
                Become(outcome => OnSnapshot(asker, outcome));
                break;
            default:
                Persist(message, stored =>
                {
                    _known.Add(stored);
                    asker.Tell(new Stored(LastSequenceNr));
                });
                break;
        }
    }

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer offer:
                _known.Add(new Note($"snapshot of {((Note)offer.Snapshot).Text}"));
                break;
            case RecoveryCompleted:
                break;
            default:
                _known.Add(message);
                break;
        }
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) => Sender.Tell(new Status.Failure(cause));

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr) => Sender.Tell(new Status.Failure(cause));

    private bool OnSnapshot(IActorRef asker, object message)
    {
        if (message is SaveSnapshotSuccess)
            asker.Tell(message);
        else if (message is SaveSnapshotFailure failure)
            asker.Tell(new Status.Failure(failure.Cause));
        else
            return false;
        Become(OnCommand);
        return true;
    }

    public sealed record Stored(long SequenceNr) : INoSerializationVerificationNeeded;

    public sealed record AskKnown : INoSerializationVerificationNeeded;

    public sealed record SaveSnapshotNow : INoSerializationVerificationNeeded;

    public sealed record Known(ImmutableArray<object> Events) : INoSerializationVerificationNeeded;
}
