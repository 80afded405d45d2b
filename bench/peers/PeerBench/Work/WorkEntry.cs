namespace PeerBench.Work;

/// <summary>One delivery of the workload: a credit or a usage, as small as the peers take it (they know no priorities and no revisions).</summary>
/// <param name="Account">The account's number.</param>
/// <param name="Id">Of the credit or the usage.</param>
/// <param name="Kind"><see cref="Credit"/> or <see cref="Usage"/>: the peers store it, and sort by it.</param>
/// <param name="Timestamp">In ticks.</param>
/// <param name="Amount">1 or more.</param>
/// <param name="End">A credit's last active tick; 0 for a usage.</param>
internal readonly record struct WorkEntry(long Account, Guid Id, byte Kind, long Timestamp, long Amount, long End)
{
    public const byte Credit = 0;
    public const byte Usage = 1;

    public bool IsCredit => Kind == Credit;
}
