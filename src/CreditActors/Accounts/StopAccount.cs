using Akka.Actor;
using Akka.Event;

namespace CreditActors.Accounts;

/// <summary>
/// Stop when everything taken on is stored or given up. Akka's own PoisonPill would stop before, and lose what has gathered.
/// </summary>
internal sealed class StopAccount : INoSerializationVerificationNeeded, IDeadLetterSuppression
{
    private StopAccount()
    {
    }

    public static StopAccount Instance { get; } = new();
}
