using Akka.Actor;
using Akka.Event;

namespace CreditActors.Accounts;

/// <summary>An account tells itself to carry out some more of a closing, behind whatever else has come meanwhile.</summary>
internal sealed class ClosingPortion : INoSerializationVerificationNeeded, IDeadLetterSuppression
{
    private ClosingPortion()
    {
    }

    public static ClosingPortion Instance { get; } = new();
}
