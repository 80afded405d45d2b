using System.Diagnostics.Metrics;
using GpuCredit.Client.Buffering;
using GpuCredit.Client.Spooling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace GpuCredit.Client;

/// <summary>
/// Takes entries at memory speed and sends them in batches, again and again, until the ledger has decided each of them. What it
/// has accepted is acknowledged in the end, or given to <see cref="EntryBufferOptions.OnRefused"/> (at the end for as long as that
/// goes on, see <see cref="CloseAsync(TimeSpan)"/>): never dropped in silence, never counted twice. Safe for use by many at once.
/// </summary>
/// <remarks>
/// Order: batches overtake each other, and so do entries that are tried again, within one buffer and between two. The ledger's
/// answers don't depend on it: it sorts by the entries' own time. Only of two entries with the same id and revision and different
/// content the one stored first stands, and the other conflicts: to change an entry, send a higher revision.
/// </remarks>
public sealed class EntryBuffer : IAsyncDisposable
{
    /// <summary>The handler of refused entries is waited for at the end, for as long as it takes no longer than this for one.</summary>
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(2);

    /// <summary>And for so long in all, once a host has no time left.</summary>
    private static readonly TimeSpan AfterEnough = TimeSpan.FromSeconds(2);

    private static readonly EntryOutcome NotAcknowledged =
        EntryOutcome.Unavailable("The buffer was closed before the entry was acknowledged: it may be stored or not, and sending it again is safe.");

    private readonly EntryBufferOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ClientMetrics _metrics;
    private readonly Spool? _spool;
    private readonly IBacklog _backlog;
    private readonly Intake _intake;
    private readonly RefusedPump _refused;
    private readonly Sending _sending;
    private readonly IDisposable _watched;
    private readonly Lock _closing = new();
    private Task<CloseReport>? _closed;

    /// <param name="sender">What sends: a <see cref="IGpuCreditClient"/>.</param>
    /// <param name="options">The bounds; the defaults when null.</param>
    /// <param name="time">For tests; the system's clock when null.</param>
    /// <param name="log">Where failures and refusals are written.</param>
    /// <param name="meters">Makes the meter <c>GpuCredit.Client</c>.</param>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    /// <exception cref="IOException">The spool's folder can't be used, or another buffer uses it.</exception>
    public EntryBuffer(
        IEntrySender sender, EntryBufferOptions? options = null, TimeProvider? time = null, ILogger<EntryBuffer>? log = null, IMeterFactory? meters = null)
        : this(
            sender,
            options ?? new EntryBufferOptions(),
            time ?? TimeProvider.System,
            log ?? NullLogger<EntryBuffer>.Instance,
            ClientMetrics.From(meters))
    {
    }

    internal EntryBuffer(IEntrySender sender, EntryBufferOptions options, TimeProvider time, ILogger log, ClientMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(sender);
        options.Check();
        _options = options;
        _time = time;
        _log = log;
        _metrics = metrics;
        var gate = new Lock();
        _spool = _options.Spool is { } spool ? new Spool(spool, gate, _time, _log) : null;
        _backlog = (IBacklog?)_spool ?? new MemoryBacklog(_options.EntriesMax, _options.BytesMax, gate);
        _intake = new Intake(_backlog, gate, _options.BatchEntriesMax, _options.BatchDelay, _time, _metrics);
        _refused = new RefusedPump(_options.RefusedMax, _options.OnRefused, _intake.Done, _time, _log);
        _sending = new Sending(sender, _intake, _refused, _options, _time, _metrics, _log);
        _watched = metrics.Watch(() => Held, () => Bytes);
    }

    /// <summary>Entries that it has accepted and that aren't decided yet, those of an earlier run in the spool included.</summary>
    public long Held => _intake.Held;

    /// <summary>Bytes that they take: in memory, or in the spool's files.</summary>
    public long Bytes => _intake.Bytes;

    /// <summary>Takes an entry, or says at once why not. Never waits.</summary>
    /// <exception cref="ArgumentException">The entry has no ids.</exception>
    /// <exception cref="IOException">The spool can't be written; the entry is not accepted.</exception>
    public AddResult Add(in Entry entry)
    {
        EntryGuard.Require(in entry);
        return _intake.TryAdd(in entry);
    }

    /// <summary>Takes a usage; its time and its id are made here when not given, before the first try, so that every try is the same entry.</summary>
    /// <inheritdoc cref="Add"/>
    public AddResult AddUsage(string accountId, long amount, long? timestamp = null, string? usageId = null) =>
        Add(Entry.Usage(accountId, usageId ?? NewId(), amount, timestamp ?? Now));

    /// <summary>Takes a credit; its start and its id are made here when not given.</summary>
    /// <inheritdoc cref="Add"/>
    public AddResult AddCredit(string accountId, long amount, long expiration, long? timestamp = null, string? creditId = null, int priority = Entry.PriorityDefault) =>
        Add(Entry.Credit(accountId, creditId ?? NewId(), amount, timestamp ?? Now, expiration, priority));

    /// <summary>
    /// Takes an entry; waits for room when the buffer is full and <see cref="EntryBufferOptions.WhenFull"/> says so, and for the disk
    /// when the spool is <see cref="SpoolDurability.Synced"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The entry has no ids.</exception>
    /// <exception cref="IOException">The spool can't be written or synced: whether the entry is accepted is not known; adding it again is safe.</exception>
    public ValueTask<AddResult> AddAsync(Entry entry, CancellationToken cancellation = default)
    {
        EntryGuard.Require(in entry);
        cancellation.ThrowIfCancellationRequested();
        var result = _intake.TryAdd(in entry);
        var waits = result == AddResult.Full && _options.WhenFull == WhenFull.Wait;
        return waits || (result == AddResult.Accepted && IsSynced) ? FinishAddAsync(entry, result, waits, cancellation) : new ValueTask<AddResult>(result);
    }

    /// <inheritdoc cref="AddUsage"/>
    public ValueTask<AddResult> AddUsageAsync(
        string accountId, long amount, long? timestamp = null, string? usageId = null, CancellationToken cancellation = default) =>
        AddAsync(Entry.Usage(accountId, usageId ?? NewId(), amount, timestamp ?? Now), cancellation);

    /// <inheritdoc cref="AddCredit"/>
    public ValueTask<AddResult> AddCreditAsync(
        string accountId,
        long amount,
        long expiration,
        long? timestamp = null,
        string? creditId = null,
        int priority = Entry.PriorityDefault,
        CancellationToken cancellation = default) =>
        AddAsync(Entry.Credit(accountId, creditId ?? NewId(), amount, timestamp ?? Now, expiration, priority), cancellation);

    /// <summary>
    /// Sends what is there without waiting for more, and completes when everything that was accepted before is decided, and what
    /// was refused of it was given back.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The buffer was closed before that.</exception>
    public Task FlushAsync(CancellationToken cancellation = default) => _intake.FlushAsync(cancellation);

    /// <summary>
    /// Takes nothing more, sends what it holds for at most so long, and ends. What is left then is in the spool. Without one, and where
    /// its disk doesn't take what was only <see cref="SpoolDurability.Buffered"/>, it is given to
    /// <see cref="EntryBufferOptions.OnRefused"/> as unavailable, one after the other, however long that takes in all.
    /// Only when the handler hasn't returned for 2 s is the rest given up, each an error in the log and counted in
    /// <see cref="CloseReport.NotGivenBack"/>; in a host also 2 s after its shutdown's time is over. A second call gets the first
    /// one's report.
    /// </summary>
    public Task<CloseReport> CloseAsync(TimeSpan within) => CloseAsync(within, CancellationToken.None);

    /// <summary>Sends for <see cref="EntryBufferOptions.CloseTimeout"/>, or until it is enough; then what is left may still be given back for a moment.</summary>
    internal Task<CloseReport> CloseAsync(CancellationToken enough) => CloseAsync(_options.CloseTimeout, enough);

    /// <summary>As <see cref="CloseAsync(TimeSpan)"/>, sending for <see cref="EntryBufferOptions.CloseTimeout"/>.</summary>
    public async ValueTask DisposeAsync() => await CloseAsync(_options.CloseTimeout);

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private string NewId() => _options.NewId is { } make ? make() : Uuid7.New(_time.GetUtcNow());

    private bool IsSynced => _options.Spool?.Durability == SpoolDurability.Synced;

    private async ValueTask<AddResult> FinishAddAsync(Entry entry, AddResult result, bool waits, CancellationToken cancellation)
    {
        if (waits)
            result = await _intake.AddAsync(entry, cancellation);
        // Accepted it is, so that giving up here would only hide whether the disk has it.
        if (result == AddResult.Accepted && IsSynced)
            await _spool!.SyncAsync();
        return result;
    }

    private Task<CloseReport> CloseAsync(TimeSpan within, CancellationToken enough)
    {
        lock (_closing)
            return _closed ??= CloseOnceAsync(within, enough);
    }

    private async Task<CloseReport> CloseOnceAsync(TimeSpan within, CancellationToken enough)
    {
        await Task.Yield();
        _intake.Close();
        try
        {
            await _intake.FlushAsync(CancellationToken.None).WaitAsync(within, _time, enough);
        }
        catch (Exception over) when (over is TimeoutException or OperationCanceledException)
        {
            // What is left is reported below.
        }

        var unsent = await _sending.StopAsync();
        // A spool has its entries, but for those that its disk doesn't take.
        var unwritten = _spool?.Finish();
        long left = 0;
        var missed = await GiveBackAsync(Rest(), enough);
        var notGivenBack = missed.Refused + missed.Left;
        if (unwritten is not null)
            (left, notGivenBack) = (_intake.Held - unwritten.Count, _options.OnRefused is null ? unwritten.Count : missed.Left);
        else if (_options.OnRefused is null)
            notGivenBack = left;
        _intake.Abandon();
        Report(left, unwritten?.Count ?? 0, notGivenBack);
        _sending.Dispose();
        _refused.Dispose();
        _backlog.Dispose();
        _watched.Dispose();
        return new CloseReport(left, _backlog.IsKept, notGivenBack);

        IEnumerable<(RefusedEntry Refused, Batch? Batch)> Rest()
        {
            foreach (var (refused, batch) in unsent.Refused)
                yield return (refused, batch);
            foreach (var entry in unwritten ?? unsent.Entries.Concat(_intake.TakeRest()))
            {
                left++;
                yield return (new(entry, NotAcknowledged), null);
            }
        }
    }

    /// <summary>Within bounds as well: a handler that hangs must not keep the process from ending, nor one that is slow a host that wants to.</summary>
    /// <returns>What is only in the log.</returns>
    private async Task<Missed> GiveBackAsync(IEnumerable<(RefusedEntry Refused, Batch? Batch)> rest, CancellationToken enough)
    {
        using var over = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        await using var hurry = enough.UnsafeRegister(_ => over.CancelAfter(AfterEnough), null);
        return await _refused.FinishAsync(rest, SilenceMax, over.Token);
    }

    private void Report(long left, int unwritten, long notGivenBack)
    {
        if (_backlog.IsKept)
        {
            if (left > 0)
                _log.LeftInSpool(left, _options.Spool!.Folder);
            if (unwritten == 0)
                return;
            _metrics.Left(unwritten);
            _log.LeftUnwritten(unwritten, notGivenBack);
            return;
        }

        if (left == 0 && notGivenBack == 0)
            return;
        _metrics.Left(left);
        _log.LeftInMemory(left, notGivenBack);
    }
}
