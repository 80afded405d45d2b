namespace PeerBench.Peers.Postgres;

/// <summary>A ledger of stored functions.</summary>
/// <param name="Script">Which file of sql/ makes it.</param>
/// <param name="Name">Its schema.</param>
/// <param name="OneFunction">Credits and usages come through the same function.</param>
internal sealed record FunctionSchema(string Script, string Name, bool OneFunction)
{
    /// <summary>The simple thing first: a locked row for each account, and grants with what is left of them.</summary>
    public static FunctionSchema RowLock { get; } = new("rowlock", "rl", OneFunction: false);

    /// <summary>The tuned thing: the folded state in the account's row, and checkpoints of it.</summary>
    public static FunctionSchema Fold { get; } = new("fold", "fo", OneFunction: true);
}
