using Akka.Actor;

namespace CreditActors.Accounts;

/// <summary>What an account finds at its node, the same for all of them: looked up once, and not by each that wakes.</summary>
internal sealed record AccountNode(AccountSettings Settings, StoreGates Gates, TimeProvider Clock, MembershipLease Lease, ResidentAccounts Residents)
{
    public static AccountNode Of(ActorSystem system, AccountSettings settings, StoreGates gates, TimeProvider clock) =>
        new(settings, gates, clock, MembershipLeaseProvider.Instance.Apply(system), ResidentAccountsProvider.Instance.Apply(system));
}
