using Akka.Actor;

namespace CreditActors.Accounts;

/// <summary>One pair for each actor system: the event store is the node's, whichever accounts use it.</summary>
/// <param name="Writes">Held by an account while its write is under way.</param>
/// <param name="Recoveries">Held by an account from its first read to its last, snapshot rows included.</param>
internal sealed record StoreGates(StoreGate Writes, StoreGate Recoveries) : IExtension
{
    /// <summary>A write that has found the store back opens both.</summary>
    public static StoreGates Of(AccountSettings settings, IScheduler scheduler)
    {
        var recoveries = new StoreGate(settings.RecoveryGate, scheduler);
        return new(new(settings.WriteGate, scheduler, recoveries), recoveries);
    }
}
