namespace CreditActors.Sharding;

/// <summary>The key of the accounts' shard region (on a node without accounts: its proxy) in the actor registry.</summary>
public sealed class AccountRegion
{
    private AccountRegion()
    {
    }
}
