using System.Diagnostics;
using Akka.Actor;
using Akka.Persistence;

namespace StoreBench;

/// <summary>The least that an account is: it stores one event after another, and says when the last one is stored.</summary>
internal sealed class Storing(string id, int events, TimeSpan[] latencies, int from) : UntypedPersistentActor
{
    private readonly EntryBytes _entry = new(EntryBytes.Sample());
    private int _stored;

    public override string PersistenceId => id;

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case "awake?":
                Sender.Tell("awake");
                break;
            case "go":
                Store(Sender);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void OnRecover(object message)
    {
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) => Sender.Tell(new Status.Failure(cause));

    private void Store(IActorRef asker)
    {
        var since = Stopwatch.GetTimestamp();
        Persist(_entry, _ =>
        {
            latencies[from + _stored] = Stopwatch.GetElapsedTime(since);
            if (++_stored < events)
                Store(asker);
            else
                asker.Tell("stored");
        });
    }
}
