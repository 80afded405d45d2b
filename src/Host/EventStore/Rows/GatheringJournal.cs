using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.Sql.Journal;

namespace GpuCredit.Host.EventStore.Rows;

/// <summary>
/// Akka.Persistence.Sql's journal, with two of its statements replaced: the insertion of events, and the question for an account's highest
/// number when it wakes. Both are made for many accounts at once, prepared. The rows are the plugin's, and it reads them: EventRowsTests.
/// </summary>
internal sealed class GatheringJournal : SqlWriteJournal
{
    private const int AskTogetherMax = 64;

    private readonly ConcurrentDictionary<string, Task> _writing = new();
    private readonly string _writerUuid = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
    private readonly Akka.Serialization.Serialization _serialization = Context.System.Serialization;
    private readonly Gatherer<EventRow[], bool> _appends;
    private readonly Gatherer<string, long> _highest;

    public GatheringJournal(Config config)
        : base(config)
    {
        var rows = Context.System.Settings.Setup.Get<EventRowsSetup>().Value.Rows;
        _appends = new(config.GetInt("batch-size"), config.GetInt("parallelism"), config.GetInt("buffer-size"), async asked =>
        {
            await rows.AppendAsync(asked.All(one => one.Length == 1) ? [.. asked.Select(one => one[0])] : [.. asked.SelectMany(one => one)]);
            return new bool[asked.Count];
        });
        _highest = new(AskTogetherMax, rows.Readers, config.GetInt("buffer-size"), rows.HighestAsync);
    }

    public override async Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr, CancellationToken cancellationToken)
    {
        // The write of an earlier incarnation may be under way. Whether it succeeds doesn't matter, only that it's over.
        if (_writing.TryGetValue(persistenceId, out var write))
            await ((Task)write.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)).WaitAsync(cancellationToken);
        return await _highest.AskAsync(persistenceId).WaitAsync(cancellationToken);
    }

    protected override async Task<IImmutableList<Exception>> WriteMessagesAsync(IEnumerable<AtomicWrite> messages, CancellationToken cancellationToken)
    {
        var created = TimeProvider.System.GetUtcNow().Ticks;
        var rows = new List<EventRow>(1);
        List<Exception?>? refused = null;
        string? persistenceId = null;
        var atomicWrites = 0;
        foreach (var atomicWrite in messages)
        {
            persistenceId = atomicWrite.PersistenceId;
            var before = rows.Count;
            try
            {
                foreach (var message in (IImmutableList<IPersistentRepresentation>)atomicWrite.Payload)
                    rows.Add(RowOf(message, created));
                refused?.Add(null);
            }
            catch (Exception fault)
            {
                // It can't be stored, whenever it is tried: the actor is told that it was refused, and not that the store failed.
                rows.RemoveRange(before, rows.Count - before);
                refused ??= [.. Enumerable.Repeat<Exception?>(null, atomicWrites)];
                refused.Add(fault);
            }

            atomicWrites++;
        }

        if (rows.Count > 0)
        {
            var write = _appends.AskAsync([.. rows]);
            _writing[persistenceId!] = write;
            try
            {
                await write;
            }
            finally
            {
                _writing.TryRemove(new KeyValuePair<string, Task>(persistenceId!, write));
            }
        }

        return refused is null ? null! : [.. refused!];
    }

    protected override void PostStop()
    {
        base.PostStop();
        _appends.End();
        _highest.End();
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
