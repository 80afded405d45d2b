using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.Sql.Snapshot;

namespace GpuCredit.Host.EventStore.Rows;

/// <summary>
/// Akka.Persistence.Sql's snapshot store, with its two questions replaced by prepared ones: that for an account's newest row when it wakes, which is
/// asked for many accounts at once, and that for one of its older rows. Statements that save and delete take turns: a snapshot is a cache, and while
/// its table is slow, or somebody has locked it, the other connections are for the events.
/// </summary>
internal sealed class GatheringSnapshotStore : SqlSnapshotStore
{
    private const int AskTogetherMax = 16;

    /// <summary>More than there are accounts that ask, or save, at once, so that it isn't reached.</summary>
    private const int AsksMax = 100_000;

    /// <summary>Statements that save or delete at once, at most.</summary>
    private const int TurnsMax = 4;

    private readonly Akka.Serialization.Serialization _serialization = Context.System.Serialization;
    private readonly IEventRows _rows = Context.System.Settings.Setup.Get<EventRowsSetup>().Value.Rows;
    private readonly Gatherer<string, SnapshotRow?> _newest;
    private readonly Gatherer<Func<Task>, bool> _turns = new(togetherMax: 1, TurnsMax, AsksMax, async turn =>
    {
        await turn[0]();
        return [true];
    });

    public GatheringSnapshotStore(Config config)
        : base(config) => _newest = new(AskTogetherMax, _rows.Readers, AsksMax, _rows.NewestSnapshotsAsync);

    protected override async Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria, CancellationToken cancellationToken)
    {
        if (criteria.MaxTimeStamp != DateTime.MaxValue || criteria.MinSequenceNr > 0 || criteria.MinTimestamp > DateTime.MinValue)
            return await base.LoadAsync(persistenceId, criteria, cancellationToken);
        var asked = criteria.MaxSequenceNr == long.MaxValue ? _newest.AskAsync(persistenceId) : _rows.SnapshotThroughAsync(persistenceId, criteria.MaxSequenceNr);
        var row = await asked.WaitAsync(cancellationToken);
        return row is null
            ? null
            : new SelectedSnapshot(new SnapshotMetadata(persistenceId, row.SequenceNr, new DateTime(row.Created)), _serialization.Deserialize(row.Bytes, row.SerializerId, row.Manifest));
    }

    protected override Task SaveAsync(SnapshotMetadata metadata, object snapshot, CancellationToken cancellationToken) =>
        InTurnAsync(() => base.SaveAsync(metadata, snapshot, cancellationToken), cancellationToken);

    protected override Task DeleteAsync(SnapshotMetadata metadata, CancellationToken cancellationToken) =>
        InTurnAsync(() => base.DeleteAsync(metadata, cancellationToken), cancellationToken);

    protected override Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria, CancellationToken cancellationToken) =>
        InTurnAsync(() => base.DeleteAsync(persistenceId, criteria, cancellationToken), cancellationToken);

    protected override void PostStop()
    {
        base.PostStop();
        _newest.End();
        _turns.End();
    }

    private Task<bool> InTurnAsync(Func<Task> statement, CancellationToken cancellation) => _turns.AskAsync(statement).WaitAsync(cancellation);
}
