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
    /// <param name="mayRunHere">Whether this thread may let the account take it in before it goes on.</param>
    public void Send(IAccountMessage message, IActorRef answerTo, bool isRepeat, bool mayRunHere)
    {
        if (isRepeat || residents.Find(message.AccountId) is not { } account)
            region.Tell(message, answerTo);
        else if (mayRunHere)
            InTurnExecutor.TellAtOnce(account, message, answerTo);
        else
            account.Tell(message, answerTo);
    }
}
