using Akka.Actor;
using CreditActors.Accounts;
using CreditActors.Protocol;

namespace CreditActors.Sharding;

/// <summary>The ways of a message to its account: straight, when it is in memory at this node; through the region, which knows all others.</summary>
/// <param name="region">The region of this node.</param>
/// <param name="residents">The accounts in memory here.</param>
internal sealed class AccountRoute(IInternalActorRef region, ResidentAccounts residents)
{
    public IActorRefProvider Provider => region.Provider;

    /// <param name="message">For an account.</param>
    /// <param name="answerTo">Where its answer comes.</param>
    /// <param name="isRepeat">It was sent and not answered: then the straight way may lead to who is gone.</param>
    public void Send(IAccountMessage message, IActorRef answerTo, bool isRepeat)
    {
        if (!isRepeat && residents.Find(message.AccountId) is { } account)
            InTurnExecutor.TellAtOnce(account, message, answerTo);
        else
            region.Tell(message, answerTo);
    }
}
