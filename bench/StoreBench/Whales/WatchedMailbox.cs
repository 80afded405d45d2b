using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace StoreBench.Whales;

/// <summary>
/// In place of Akka's own mailboxes, which queue the same way: those of the account, of the journal and of the snapshot store are
/// watched. Akka makes it from its name.
/// </summary>
internal sealed class WatchedMailbox(Settings settings, Config config) : MailboxType(settings, config), IProducesMessageQueue<WatchedQueue>
{
    /// <summary>For the Host's command line.</summary>
    public static string[] CommandLine { get; } =
    [
        "--akka:actor:mailbox:unbounded-deque-based:mailbox-type", typeof(WatchedMailbox).AssemblyQualifiedName!,
        "--akka:actor:default-mailbox:mailbox-type", typeof(WatchedMailbox).AssemblyQualifiedName!,
    ];

    public override IMessageQueue Create(IActorRef owner, ActorSystem system)
    {
        var queue = new UnboundedDequeMessageQueue();
        return owner is null || MessageTimes.Of(owner) is not { } times ? queue : new WatchedQueue(queue, times);
    }
}
