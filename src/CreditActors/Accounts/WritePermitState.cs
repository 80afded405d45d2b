namespace CreditActors.Accounts;

internal enum WritePermitState
{
    Queued,
    Granted,
    Over,
}
