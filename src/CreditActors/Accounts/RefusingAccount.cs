using Akka.Actor;
using Akka.Cluster.Sharding;
using CreditActors.Protocol;

namespace CreditActors.Accounts;

/// <summary>
/// Stands in for an account that isn't in memory while the gate for recoveries is shut: answers "unavailable" at once and
/// touches no store. When the gate lets one try again, the next message wakes the account in its place.
/// </summary>
internal sealed class RefusingAccount : UntypedActor
{
    private readonly string _accountId;
    private readonly StoreGate _recoveries;
    private bool _leaving;

    public RefusingAccount(string accountId, AccountSettings settings, StoreGate recoveries)
    {
        _accountId = accountId;
        _recoveries = recoveries;
        SetReceiveTimeout(settings.RecoveryGate.ClosedMax);
    }

    public static Props Props(string accountId, AccountSettings settings, StoreGate recoveries) =>
        LocalActor.Props(() => new RefusingAccount(accountId, settings, recoveries));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case IAccountMessage asked when _leaving || _recoveries.IsShut:
                Sender.Tell(UnavailableAnswer.To(asked, _accountId));
                break;
            case IAccountMessage:
                // The shard keeps it until this actor is gone, and then wakes the account with it.
                Leave();
                Context.Parent.Forward(message);
                break;
            case ReceiveTimeout when !_leaving:
                Leave();
                break;
            case ReceiveTimeout:
                break;
            case StopAccount:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Leave()
    {
        _leaving = true;
        Context.Parent.Tell(new Passivate(StopAccount.Instance));
    }
}
