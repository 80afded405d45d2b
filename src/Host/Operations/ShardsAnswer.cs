namespace GpuCredit.Host.Operations;

/// <summary>Where the accounts are.</summary>
/// <param name="Shards">Into how many parts all accounts are split, those that nobody has named yet included.</param>
/// <param name="Nodes">What each node holds in memory, by address.</param>
internal sealed record ShardsAnswer(int Shards, IReadOnlyList<NodeShardsAnswer> Nodes);

/// <summary>What one node holds in memory.</summary>
/// <param name="Address">As <c>host:port</c>.</param>
/// <param name="Answered">False: it didn't say in time, and what follows is empty.</param>
/// <param name="Shards">How many shards have their home there.</param>
/// <param name="Accounts">How many accounts are awake there.</param>
/// <param name="AccountsByShard">The same for each shard, by its number.</param>
/// <param name="Unanswered">Shards that didn't say in time how many accounts they hold.</param>
internal sealed record NodeShardsAnswer(
    string Address,
    bool Answered,
    int Shards,
    int Accounts,
    IReadOnlyDictionary<string, int> AccountsByShard,
    IReadOnlyList<string> Unanswered);
