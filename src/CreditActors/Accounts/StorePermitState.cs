namespace CreditActors.Accounts;

internal enum StorePermitState
{
    Queued,
    Granted,
    Over,
}
