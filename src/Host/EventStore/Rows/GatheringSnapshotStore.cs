using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.Sql.Snapshot;

namespace GpuCredit.Host.EventStore.Rows;

/// <summary>
/// Akka.Persistence.Sql's snapshot store, with its two questions replaced by prepared ones: that for an account's newest row when it wakes, which is
/// asked for many accounts at once, and that for one of its older rows. What a waking account will ask the journal for next is in the same answer, and is
/// kept for it. Statements that save, delete and read older rows take turns: a snapshot is a cache, and while its table is slow, or somebody has locked it, the other
/// connections are for the events.
/// </summary>
internal sealed class GatheringSnapshotStore : SqlSnapshotStore
{
    private const int AskTogetherMax = 16;

    /// <summary>More than there are accounts that ask, or save, at once, so that it isn't reached.</summary>
    private const int AsksMax = 100_000;

    /// <summary>Statements that save or delete at once, at most. SQLite has one writer, and the journal is another already.</summary>
    private const int TurnsMax = 4;
    private const int TurnsMaxOwnThreads = 1;

    /// <summary>Older rows that are read at once, at most, however many large accounts wake: events need connections too.</summary>
    private const int OlderMax = 4;

    private readonly Akka.Serialization.Serialization _serialization = Context.System.Serialization;
    private readonly Gatherer<string, StoredAccount> _stored;
    private readonly WakingAccounts _waking;
    private readonly Gatherer<(string PersistenceId, long Through), SnapshotRow?> _older;
    private readonly Gatherer<Func<Task>, bool> _turns;
    private readonly OwnThreads? _threads;

    public GatheringSnapshotStore(Config config)
        : base(config)
    {
        var setup = Context.System.Settings.Setup.Get<EventRowsSetup>().Value;
        (_waking, _threads) = (setup.Waking, setup.Threads);
        _stored = new(AskTogetherMax, setup.Rows.Readers, AsksMax, setup.Rows.WakeAsync);
        _older = new(togetherMax: 1, OlderMax, AsksMax, async ask => [await setup.Rows.SnapshotThroughAsync(ask[0].PersistenceId, ask[0].Through)]);
        _turns = new(togetherMax: 1, _threads is null ? TurnsMax : TurnsMaxOwnThreads, AsksMax, async turn =>
        {
            await turn[0]();
            return [true];
        });
    }

    protected override bool AroundReceive(Receive receive, object message)
    {
        // However it is answered, without the store or by the plugin: what was kept for an earlier question isn't for this one.
        if (message is LoadSnapshot load)
            _waking.Drop(load.PersistenceId);
        return base.AroundReceive(receive, message);
    }

    protected override async Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria, CancellationToken cancellationToken)
    {
        if (criteria.MaxTimeStamp != DateTime.MaxValue || criteria.MinSequenceNr > 0 || criteria.MinTimestamp > DateTime.MinValue)
            return await ElsewhereAsync(() => base.LoadAsync(persistenceId, criteria, cancellationToken));
        if (criteria.MaxSequenceNr != long.MaxValue)
            return (await _older.AskAsync((persistenceId, criteria.MaxSequenceNr)).WaitAsync(cancellationToken))?.Read(persistenceId, _serialization);
        var waking = _waking.Begin(persistenceId, Sender);
        var stored = await _stored.AskAsync(persistenceId).WaitAsync(cancellationToken);
        var snapshot = stored.Snapshot?.Read(persistenceId, _serialization);
        if (waking is not null && EventsRead.Of(stored, _serialization) is { } events)
            _waking.Keep(waking, events);
        return snapshot;
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
        _stored.End();
        _older.End();
        _turns.End();
    }

    private Task<bool> InTurnAsync(Func<Task> statement, CancellationToken cancellation) => _turns.AskAsync(() => ElsewhereAsync(statement)).WaitAsync(cancellation);

    private Task<T> ElsewhereAsync<T>(Func<Task<T>> call) => _threads?.BeginAsync(call) ?? call();

    private Task ElsewhereAsync(Func<Task> call) => _threads?.BeginAsync(call) ?? call();
}
