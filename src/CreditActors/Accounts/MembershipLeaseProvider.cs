using Akka.Actor;

namespace CreditActors.Accounts;

/// <summary>One lease for each actor system: it is the node that is a member, not the account.</summary>
internal sealed class MembershipLeaseProvider : ExtensionIdProvider<MembershipLease>
{
    public static MembershipLeaseProvider Instance { get; } = new();

    public override MembershipLease CreateExtension(ExtendedActorSystem system) => new(TimeProvider.System);
}
