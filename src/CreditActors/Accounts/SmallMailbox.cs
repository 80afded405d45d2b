using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace CreditActors.Accounts;

/// <summary>
/// The mailbox of actors of which there are very many and to most of which nothing comes: in place of Akka's own, which takes a thousand bytes for each
/// before there is a message. Akka makes it from its name (hocon/akka.conf).
/// </summary>
internal sealed class SmallMailbox(Settings settings, Config config) : MailboxType(settings, config), IProducesMessageQueue<SmallMessageQueue>
{
    public override IMessageQueue Create(IActorRef owner, ActorSystem system) => new SmallMessageQueue();
}
