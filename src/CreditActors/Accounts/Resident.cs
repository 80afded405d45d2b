using Akka.Actor;

namespace CreditActors.Accounts;

/// <summary>One account's place among the <see cref="ResidentAccounts"/>, which own what it says.</summary>
/// <param name="accountId">Whose.</param>
/// <param name="account">The account.</param>
/// <param name="shard">Whom it is sent to sleep through.</param>
internal sealed class Resident(string accountId, IActorRef account, IActorRef shard)
{
    public string AccountId { get; } = accountId;

    public IActorRef Account { get; } = account;

    public IActorRef Shard { get; } = shard;

    /// <summary>What it takes, by its own estimate.</summary>
    internal long Bytes { get; set; }

    /// <summary>When a message last reached it, or it grew: a timestamp.</summary>
    internal long UsedAt { get; set; }

    /// <summary>Where it stands in the order of use; null once it was asked to leave.</summary>
    internal LinkedListNode<Resident>? Place { get; set; }
}
