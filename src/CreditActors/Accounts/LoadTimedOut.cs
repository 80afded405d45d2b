using Akka.Actor;

namespace CreditActors.Accounts;

/// <summary>The snapshot store has not answered for this row.</summary>
internal sealed record LoadTimedOut(long Version) : INoSerializationVerificationNeeded;
