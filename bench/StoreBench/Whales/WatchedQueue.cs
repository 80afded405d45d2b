using Akka.Actor;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace StoreBench.Whales;

/// <summary>
/// An actor's queue that sees how long each message keeps the actor: from when it is taken out to when the mailbox looks into the
/// queue again. Between the two the actor does nothing else, whatever the reason.
/// </summary>
internal sealed class WatchedQueue(UnboundedDequeMessageQueue queue, MessageTimes times) : IMessageQueue, IUnboundedDequeBasedMessageQueueSemantics
{
    private MessageTimes.Begun? _begun;

    public bool HasMessages
    {
        get
        {
            End();
            return queue.HasMessages;
        }
    }

    public int Count => queue.Count;

    public void Enqueue(IActorRef receiver, Envelope envelope)
    {
        times.Came(envelope.Message);
        queue.Enqueue(receiver, envelope);
    }

    public void EnqueueFirst(Envelope envelope) => queue.EnqueueFirst(envelope);

    public bool TryDequeue(out Envelope envelope)
    {
        End();
        if (!queue.TryDequeue(out envelope))
            return false;
        _begun = MessageTimes.Begin(envelope.Message);
        return true;
    }

    public void CleanUp(IActorRef owner, IMessageQueue deadletters)
    {
        End();
        queue.CleanUp(owner, deadletters);
    }

    private void End()
    {
        if (_begun is not { } begun || begun.Thread != Environment.CurrentManagedThreadId)
            return;
        _begun = null;
        times.End(begun);
    }
}
