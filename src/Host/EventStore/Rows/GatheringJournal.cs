using System.Security.Cryptography;
using Akka.Actor;
using Akka.Configuration;
using Akka.Pattern;
using Akka.Persistence;
using Akka.Persistence.Sql.Journal;

namespace GpuCredit.Host.EventStore.Rows;

/// <summary>
/// Akka.Persistence.Sql's journal, with its statements for accounts replaced: the insertion of events and the question for an account's highest
/// number when it wakes, made for many accounts at once, and the reading of its events. All are prepared. The rows are the plugin's, and it
/// reads them: EventRowsTests.
/// <para>
/// A write is answered in the words of Akka's base class, but without its two detours. The circuit breaker counts transactions, not writes. And
/// an actor is told as soon as its own rows are stored, not after all that came to the journal before them: an actor has one write under way,
/// so that there is nothing of its own to be put in order.
/// </para>
/// <para>
/// An account that wakes asks for its events when its snapshot has come, and mostly they came with it (<see cref="GatheringSnapshotStore"/>): then it is
/// answered at once, in the words of the same base class.
/// </para>
/// </summary>
internal sealed class GatheringJournal : SqlWriteJournal
{
    private const int AskTogetherMax = 64;

    private readonly string _writerUuid = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
    private readonly Akka.Serialization.Serialization _serialization = Context.System.Serialization;
    private readonly IActorRef _self = Context.Self;
    private readonly IEventRows _rows;
    private readonly WakingAccounts _waking;
    private readonly OwnThreads? _threads;
    private readonly int _readTogetherMax;
    private readonly bool _isFiltered;
    private readonly CircuitBreaker _breaker;
    private readonly Func<IPersistentRepresentation, EventRow> _rowOf;
    private readonly Rounds<JournalWrite> _appends;
    private readonly Gatherer<string, long> _highest;

    public GatheringJournal(Config config)
        : base(config)
    {
        var setup = Context.System.Settings.Setup.Get<EventRowsSetup>().Value;
        (_rows, _waking, _threads) = (setup.Rows, setup.Waking, setup.Threads);
        _readTogetherMax = config.GetInt("replay-batch-size");
        _isFiltered = !config.GetString("replay-filter.mode").Equals("off", StringComparison.OrdinalIgnoreCase);
        var breaker = config.GetConfig("circuit-breaker");
        _breaker = new(Context.System.Scheduler, breaker.GetInt("max-failures"), breaker.GetTimeSpan("call-timeout"), breaker.GetTimeSpan("reset-timeout"));
        _rowOf = RowOf;
        _appends = new(config.GetInt("batch-size"), config.GetInt("parallelism"), config.GetInt("buffer-size"), AppendAsync);
        _highest = new(AskTogetherMax, _rows.Readers, config.GetInt("buffer-size"), _rows.HighestAsync);
    }

    public override async Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr, CancellationToken cancellationToken)
    {
        // The write of an earlier incarnation may be under way. Whether it succeeds doesn't matter, only that it's over.
        await _waking.WriteOverAsync(persistenceId).WaitAsync(cancellationToken);
        return await _highest.AskAsync(persistenceId).WaitAsync(cancellationToken);
    }

    public override async Task ReplayMessagesAsync(
        IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max, Action<IPersistentRepresentation> recoveryCallback)
    {
        var left = max;
        await foreach (var page in _rows.ReadAsync(persistenceId, fromSequenceNr, toSequenceNr, _readTogetherMax))
        {
            foreach (var row in page)
            {
                if (left-- <= 0)
                    return;
                recoveryCallback(row.Read(_serialization));
            }
        }
    }

    /// <summary>No account asks for it; who does blocks no thread of the pool either.</summary>
    protected override Task DeleteMessagesToAsync(string persistenceId, long toSequenceNr, CancellationToken cancellationToken)
    {
        return _threads?.BeginAsync(DeleteAsync) ?? DeleteAsync();

        Task DeleteAsync() => base.DeleteMessagesToAsync(persistenceId, toSequenceNr, cancellationToken);
    }

    protected override bool AroundReceive(Receive receive, object message)
    {
        switch (message)
        {
            case WriteMessages write:
                Write(new JournalWrite(write, _self));
                return true;
            // What is taken is kept no longer, also when it is of no use.
            case ReplayMessages replay when _waking.Take(replay.PersistenceId, replay.PersistentActor, replay.FromSequenceNr) is { } read && !(_isFiltered && read.IsByTurns):
                Replay(replay, read);
                return true;
            default:
                return base.AroundReceive(receive, message);
        }
    }

    protected override void PostStop()
    {
        base.PostStop();
        _appends.End();
        _highest.End();
    }

    private void Replay(ReplayMessages replay, EventsRead read)
    {
        try
        {
            var left = replay.Max;
            foreach (var message in read.Events)
            {
                if (message.SequenceNr > replay.ToSequenceNr || left-- <= 0)
                    break;
                foreach (var adapted in AdaptFromJournal(message))
                    replay.PersistentActor.Tell(new ReplayedMessage(adapted), ActorRefs.NoSender);
            }
        }
        catch (Exception fault)
        {
            replay.PersistentActor.Tell(new ReplayMessagesFailure(fault), ActorRefs.NoSender);
            return;
        }

        replay.PersistentActor.Tell(new RecoverySuccess(read.Highest), ActorRefs.NoSender);
    }

    private void Write(JournalWrite write)
    {
        write.Serialize(_rowOf);
        if (write.RowCount == 0)
        {
            write.Answer(null);
            return;
        }

        _waking.WriteBegins(write.PersistenceId, write.Task);
        if (_appends.Add(write) is not { } refusal)
            return;
        write.Answer(refusal);
        End(write);
    }

    /// <summary>Tells each actor how its write ended.</summary>
    private async Task AppendAsync(IReadOnlyList<JournalWrite> writes)
    {
        Task? append = null;
        Exception? fault = null;
        try
        {
            var rows = RowsOf(writes);
            await _breaker.WithCircuitBreaker(late => (append = _rows.AppendAsync(rows)).WaitAsync(late));
        }
        catch (Exception thrown)
        {
            fault = thrown;
        }

        try
        {
            foreach (var write in writes)
                write.Answer(fault);
        }
        finally
        {
            // The breaker has waited only so long. Until the statement is over an account that wakes can't know what is stored.
            if (append is not null)
                await append.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var write in writes)
                End(write);
        }
    }

    private void End(JournalWrite write)
    {
        write.SetResult();
        _waking.WriteEnded(write.PersistenceId, write.Task);
    }

    private static EventRow[] RowsOf(IReadOnlyList<JournalWrite> writes)
    {
        var rows = new EventRow[writes.Sum(write => write.RowCount)];
        var at = 0;
        foreach (var write in writes)
        {
            write.Rows.CopyTo(rows.AsSpan(at));
            at += write.RowCount;
        }

        return rows;
    }

    private EventRow RowOf(IPersistentRepresentation unadapted)
    {
        var message = AdaptToJournal(unadapted);
        var serializer = _serialization.FindSerializerFor(message.Payload);
        return new(
            message.PersistenceId,
            message.SequenceNr,
            message.Timestamp == 0 ? TimeProvider.System.GetUtcNow().Ticks : message.Timestamp,
            serializer.ToBinary(message.Payload),
            Akka.Serialization.Serialization.ManifestFor(serializer, message.Payload),
            serializer.Identifier,
            _writerUuid);
    }
}
