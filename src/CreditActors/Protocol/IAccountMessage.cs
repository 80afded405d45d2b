namespace CreditActors.Protocol;

/// <summary>A message to one account: its id routes it to the account's shard and actor, and creates the actor.</summary>
public interface IAccountMessage : IWireMessage
{
    string AccountId { get; }
}
