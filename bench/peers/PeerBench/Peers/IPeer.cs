using PeerBench.Work;

namespace PeerBench.Peers;

/// <summary>
/// Something that takes credits and usages in any order and more than once, and tells a balance: GpuCredit, or what its users would
/// build instead.
/// </summary>
internal interface IPeer : IAsyncDisposable
{
    /// <summary>False for those that only store: the limit of the disk and the database, without a ledger.</summary>
    bool HasBalances => true;

    /// <summary>True where a batch is taken as if its entries were sent one after another; the others may take it in any order.</summary>
    bool KeepsOrderInBatch => false;

    /// <summary>Opens it on an empty store.</summary>
    Task OpenAsync();

    /// <summary>True when the entry was new, false when its id was known. It is durable then, but for the peers that say otherwise.</summary>
    /// <param name="worker">Which caller: each has one call under way.</param>
    /// <param name="entry">The credit or usage.</param>
    Task<bool> PutAsync(int worker, WorkEntry entry);

    /// <summary>Durable, all of them, when it returns. The array is the peer's to sort.</summary>
    Task PutBatchAsync(int worker, WorkEntry[] entries);

    Task<long> BalanceAsync(int worker, long account, long at);

    /// <summary>Brings history in by the fastest way there is, before a measurement, and leaves it as after a first question.</summary>
    Task PreloadAsync(IReadOnlyList<WorkEntry> entries);

    /// <summary>The processes that serve, whose CPU and memory count; the caller's own counts apart.</summary>
    IEnumerable<int> ServerProcesses();

    /// <summary>How many methods .NET has compiled so far in processes that serve, other than the caller's; 0 where there are none.</summary>
    Task<long> CompiledMethodsAsync() => Task.FromResult(0L);

    /// <summary>Forgets what is only in memory, as a restart does.</summary>
    Task ForgetAsync() => Task.CompletedTask;

    Task<long> BytesOnDiskAsync() => Task.FromResult(0L);
}
