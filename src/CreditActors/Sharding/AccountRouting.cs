using Akka.Cluster.Sharding;
using CreditActors.Protocol;

namespace CreditActors.Sharding;

/// <summary>Which messages go to which account.</summary>
internal static class AccountRouting
{
    public const string RegionName = "account";

    /// <summary>Frozen: nodes that count shards differently would run one account twice. About ten for each node ever planned.</summary>
    public const int Shards = 100;

    public static IMessageExtractor Extractor { get; } =
        HashCodeMessageExtractor.Create(Shards, message => (message as IAccountMessage)?.AccountId);
}
