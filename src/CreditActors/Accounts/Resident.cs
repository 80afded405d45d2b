using Akka.Actor;

namespace CreditActors.Accounts;

/// <summary>One account's place among the <see cref="ResidentAccounts"/>, which own what it says.</summary>
/// <param name="accountId">Whose.</param>
/// <param name="account">The account.</param>
/// <param name="shard">Whom it is sent to sleep through.</param>
internal sealed class Resident(string accountId, IActorRef account, IActorRef shard)
{
    internal const int Nowhere = -1;

    private long _usedAt;

    public string AccountId { get; } = accountId;

    public IActorRef Account { get; } = account;

    public IActorRef Shard { get; } = shard;

    /// <summary>What it takes, by its own estimate.</summary>
    internal long Bytes { get; set; }

    /// <summary>When a message last reached it, or it grew: a timestamp. Told without a lock.</summary>
    internal long UsedAt
    {
        get => Volatile.Read(ref _usedAt);
        set => Volatile.Write(ref _usedAt, value);
    }

    /// <summary>The use by which it has its place.</summary>
    internal long PlacedAt { get; set; }

    /// <summary>Where it stands in the order of use; <see cref="Nowhere"/> once it was asked to leave.</summary>
    internal int Place { get; set; } = Nowhere;
}
