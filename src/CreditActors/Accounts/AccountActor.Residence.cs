namespace CreditActors.Accounts;

/// <summary>The account's place among those in memory at its node: from its start to its end, whatever ends it.</summary>
internal sealed partial class AccountActor
{
    /// <summary>
    /// What an account takes beside its journal: its actor, with its mailbox, its persistence, and what the shard keeps of it. Measured
    /// (bench/results/accounts.md) with Akka's mailbox, a kilobyte larger than ours, and the workstation's collector.
    /// </summary>
    private const int ActorBytes = 8 * 1024;

    private Resident? _resident;

    protected override void PreStart()
    {
        _resident = _node.Residents.Enter(_accountId, Self, Context.Parent, Weight);
        base.PreStart();
    }

    private long Weight => ActorBytes + _state.Journal.MemoryBytes;

    private void Use() => _node.Residents.Use(_resident!);

    /// <summary>From now on what comes waits at the shard, and wakes the account again.</summary>
    private void Hide() => _node.Residents.Hide(_resident!);

    private void Weigh() => _node.Residents.Weigh(_resident!, Weight);

    private void LeaveMemory()
    {
        if (_resident is { } resident)
            _node.Residents.Leave(resident);
        _resident = null;
    }
}
