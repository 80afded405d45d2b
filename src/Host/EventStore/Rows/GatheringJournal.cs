using System.Collections.Concurrent;
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
/// </summary>
internal sealed class GatheringJournal : SqlWriteJournal
{
    private const int AskTogetherMax = 64;

    private readonly ConcurrentDictionary<string, Task> _writing = new();
    private readonly string _writerUuid = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
    private readonly Akka.Serialization.Serialization _serialization = Context.System.Serialization;
    private readonly IActorRef _self = Context.Self;
    private readonly IEventRows _rows = Context.System.Settings.Setup.Get<EventRowsSetup>().Value.Rows;
    private readonly int _readTogetherMax;
    private readonly CircuitBreaker _breaker;
    private readonly Gatherer<JournalWrite, bool> _appends;
    private readonly Gatherer<string, long> _highest;

    public GatheringJournal(Config config)
        : base(config)
    {
        _readTogetherMax = config.GetInt("replay-batch-size");
        var breaker = config.GetConfig("circuit-breaker");
        _breaker = new(Context.System.Scheduler, breaker.GetInt("max-failures"), breaker.GetTimeSpan("call-timeout"), breaker.GetTimeSpan("reset-timeout"));
        _appends = new(config.GetInt("batch-size"), config.GetInt("parallelism"), config.GetInt("buffer-size"), AppendAsync);
        _highest = new(AskTogetherMax, _rows.Readers, config.GetInt("buffer-size"), _rows.HighestAsync);
    }

    public override async Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr, CancellationToken cancellationToken)
    {
        // The write of an earlier incarnation may be under way. Whether it succeeds doesn't matter, only that it's over.
        if (_writing.TryGetValue(persistenceId, out var write))
            await write.WaitAsync(cancellationToken);
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
                recoveryCallback(new Persistent(
                    _serialization.Deserialize(row.Message, row.SerializerId, row.Manifest), row.SequenceNr, persistenceId, row.Manifest,
                    isDeleted: false, ActorRefs.NoSender, row.WriterUuid, row.Created));
            }
        }
    }

    protected override bool AroundReceive(Receive receive, object message)
    {
        if (message is not WriteMessages write)
            return base.AroundReceive(receive, message);
        Write(new JournalWrite(write, _self));
        return true;
    }

    protected override void PostStop()
    {
        base.PostStop();
        _appends.End();
        _highest.End();
    }

    private void Write(JournalWrite write)
    {
        var created = TimeProvider.System.GetUtcNow().Ticks;
        write.Serialize(message => RowOf(AdaptToJournal(message), created));
        if (write.Rows.Count == 0)
        {
            write.Answer(null);
            return;
        }

        _writing[write.PersistenceId] = write.Over;
        var round = _appends.AskAsync(write);
        if (round.IsFaulted)
        {
            write.Answer(round.Exception.InnerException);
            End(write);
        }
    }

    /// <summary>Tells each actor how its write ended.</summary>
    private async Task<IReadOnlyList<bool>> AppendAsync(IReadOnlyList<JournalWrite> writes)
    {
        Task? append = null;
        Exception? fault = null;
        try
        {
            EventRow[] rows = [.. writes.SelectMany(write => write.Rows)];
            await _breaker.WithCircuitBreaker(late => (append = _rows.AppendAsync(rows)).WaitAsync(late));
        }
        catch (Exception thrown)
        {
            fault = thrown;
        }

        foreach (var write in writes)
            write.Answer(fault);

        // The breaker has waited only so long. Until the statement is over an account that wakes can't know what is stored.
        if (append is not null)
            await append.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var write in writes)
            End(write);
        return new bool[writes.Count];
    }

    private void End(JournalWrite write)
    {
        write.End();
        _writing.TryRemove(new KeyValuePair<string, Task>(write.PersistenceId, write.Over));
    }

    private EventRow RowOf(IPersistentRepresentation message, long created)
    {
        var serializer = _serialization.FindSerializerFor(message.Payload);
        return new(
            message.PersistenceId,
            message.SequenceNr,
            message.Timestamp == 0 ? created : message.Timestamp,
            serializer.ToBinary(message.Payload),
            Akka.Serialization.Serialization.ManifestFor(serializer, message.Payload),
            serializer.Identifier,
            _writerUuid);
    }
}
