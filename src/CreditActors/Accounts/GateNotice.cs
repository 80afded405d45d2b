using Akka.Actor;

namespace CreditActors.Accounts;

/// <summary>Tells a waiting account that its permit is granted, or (<see cref="IsGranted"/> false) that the gate has closed.</summary>
internal sealed record GateNotice(StorePermit Permit, bool IsGranted) : INoSerializationVerificationNeeded;
