using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.Sql.Snapshot;

namespace GpuCredit.Host.EventStore.Rows;

/// <summary>
/// Akka.Persistence.Sql's snapshot store, with one of its statements replaced: the question for an account's newest row when it wakes, which is
/// asked for many accounts at once, prepared.
/// </summary>
internal sealed class GatheringSnapshotStore : SqlSnapshotStore
{
    private const int AskTogetherMax = 16;

    /// <summary>More than recoveries-max in reference.conf, so that it isn't reached.</summary>
    private const int AsksMax = 100_000;

    private readonly Akka.Serialization.Serialization _serialization = Context.System.Serialization;
    private readonly Gatherer<string, SnapshotRow?> _newest;

    public GatheringSnapshotStore(Config config)
        : base(config)
    {
        var rows = Context.System.Settings.Setup.Get<EventRowsSetup>().Value.Rows;
        _newest = new(AskTogetherMax, rows.Readers, AsksMax, rows.NewestSnapshotsAsync);
    }

    protected override async Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria, CancellationToken cancellationToken)
    {
        if (criteria.MaxSequenceNr != long.MaxValue || criteria.MaxTimeStamp != DateTime.MaxValue)
            return await base.LoadAsync(persistenceId, criteria, cancellationToken);
        var row = await _newest.AskAsync(persistenceId).WaitAsync(cancellationToken);
        return row is null
            ? null
            : new SelectedSnapshot(new SnapshotMetadata(persistenceId, row.SequenceNr, new DateTime(row.Created)), _serialization.Deserialize(row.Bytes, row.SerializerId, row.Manifest));
    }

    protected override void PostStop()
    {
        base.PostStop();
        _newest.End();
    }
}
