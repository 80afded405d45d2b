using Akka.Cluster.Sharding;
using CreditActors.Protocol;

namespace CreditActors.Sharding;

/// <summary>Which messages go to which account.</summary>
internal static class AccountRouting
{
    public const string RegionName = "account";

    /// <param name="shards">The same at every node, for ever: nodes that count shards differently would run one account twice.</param>
    public static IMessageExtractor Extractor(int shards) =>
        HashCodeMessageExtractor.Create(shards, message => (message as IAccountMessage)?.AccountId);
}
