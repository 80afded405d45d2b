using Grpc.Core;
using Grpc.Net.Client;
using GpuCredit.Client.Grpc;
using Microsoft.Extensions.Logging;

namespace GpuCredit.Client;

/// <summary><see cref="IGpuCreditClient"/> over gRPC.</summary>
public sealed class GrpcGpuCreditClient : IGpuCreditClient, IDisposable
{
    /// <summary>The server reads at most 4 MiB in one message; an entry of the greatest ids has about 2.2 KiB.</summary>
    private const int RequestBytesMax = 4 * 1024 * 1024;

    private const int AnswerBytesMax = 32 * 1024 * 1024;

    private readonly GrpcChannel _channel;
    private readonly bool _ownsChannel;
    private readonly V1.Accounts.AccountsClient _accounts;
    private readonly V1.Entries.EntriesClient _entries;
    private readonly BalanceAsks _asks;
    private readonly TimeSpan _attemptTimeout;
    private readonly TimeProvider _time;
    private readonly ClientMetrics _metrics;
    private readonly CallRetry _retry;
    private readonly EntryCalls _calls;

    /// <param name="address">The server's <c>GpuCredit:GrpcUrl</c>: <c>http</c> means HTTP/2 without TLS (h2c).</param>
    /// <param name="options">The patience of a call; the defaults when null.</param>
    public GrpcGpuCreditClient(Uri address, GpuCreditClientOptions? options = null)
        : this(
            CreateChannel(address, Connections.NewHandler(), loggers: null),
            options ?? new GpuCreditClientOptions(),
            TimeProvider.System,
            ClientMetrics.Shared,
            ownsChannel: true)
    {
    }

    /// <param name="channel">It isn't disposed.</param>
    /// <param name="options">The patience of a call; the defaults when null.</param>
    public GrpcGpuCreditClient(GrpcChannel channel, GpuCreditClientOptions? options = null)
        : this(channel, options ?? new GpuCreditClientOptions(), TimeProvider.System, ClientMetrics.Shared, ownsChannel: false)
    {
    }

    internal GrpcGpuCreditClient(GrpcChannel channel, GpuCreditClientOptions options, TimeProvider time, ClientMetrics metrics, bool ownsChannel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        options.CheckLimits();
        _channel = channel;
        _ownsChannel = ownsChannel;
        _accounts = new V1.Accounts.AccountsClient(channel);
        _entries = new V1.Entries.EntriesClient(channel);
        _asks = new BalanceAsks(_accounts, time, options.AttemptTimeout);
        _attemptTimeout = options.AttemptTimeout;
        _time = time;
        _metrics = metrics;
        _retry = new CallRetry(options.Retry, time, metrics);
        _calls = new EntryCalls(this, options.BatchEntriesMax, _retry);
    }

    /// <inheritdoc/>
    public Task<EntryOutcome> AddCreditAsync(
        string accountId, string creditId, long amount, long timestamp, long expiration, int priority = Entry.PriorityDefault, int revision = 0, CancellationToken cancellation = default)
    {
        var entry = Entry.Credit(accountId, creditId, amount, timestamp, expiration, priority, revision);
        EntryGuard.Require(in entry);
        var request = new V1.AddCreditRequest { AccountId = accountId, Credit = GrpcEntries.ToCredit(in entry) };
        return RecordOneAsync(
            accountId,
            async once =>
            {
                var answer = await _accounts.AddCreditAsync(request, cancellationToken: once);
                return GrpcEntries.Acknowledged(answer.Status, answer.Version);
            },
            cancellation);
    }

    /// <inheritdoc/>
    public Task<EntryOutcome> UseCreditAsync(
        string accountId, string usageId, long amount, long timestamp, int revision = 0, CancellationToken cancellation = default)
    {
        var entry = Entry.Usage(accountId, usageId, amount, timestamp, revision);
        EntryGuard.Require(in entry);
        var request = new V1.UseCreditRequest { AccountId = accountId, Usage = GrpcEntries.ToUsage(in entry) };
        return RecordOneAsync(
            accountId,
            async once =>
            {
                var answer = await _accounts.UseCreditAsync(request, cancellationToken: once);
                return GrpcEntries.Acknowledged(answer.Status, answer.Version);
            },
            cancellation);
    }

    /// <inheritdoc/>
    public Task<BalanceOutcome> GetBalanceAsync(string accountId, long? at = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(accountId);
        return _retry.CallAsync(
            async outer =>
            {
                try
                {
                    return OutcomeOf(await OnceAsync(once => _asks.AskAsync(accountId, at, once), outer));
                }
                catch (RpcException e) when (GrpcFaults.Code(e) == "rejected")
                {
                    return BalanceOutcome.Rejected(GrpcFaults.Refusal(e));
                }
                catch (RpcException e) when (GrpcFaults.Code(e) == "before_horizon")
                {
                    return BalanceOutcome.BeforeHorizon(e.Status.Detail);
                }
                catch (RpcException e) when (GrpcFaults.Code(e) == "unavailable")
                {
                    return BalanceOutcome.Unavailable(e.Status.Detail, GrpcFaults.RetryAfter(e));
                }
                catch (RpcException e)
                {
                    throw GrpcFaults.Fault(e, _channel.Target);
                }
            },
            cancellation);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<EntryOutcome>> RecordAsync(ReadOnlyMemory<Entry> entries, CancellationToken cancellation = default)
    {
        EntryGuard.RequireAll(entries.Span);
        return _calls.RecordAsync(entries, cancellation);
    }

    /// <inheritdoc/>
    public async Task<SendResult> SendAsync(ReadOnlyMemory<Entry> entries, CancellationToken cancellation)
    {
        var result = await TrySendAsync(entries, cancellation);
        _metrics.Sent(result);
        return result;
    }

    /// <summary>Closes the channel, if it was made here, and else what this client has open on it.</summary>
    public void Dispose()
    {
        _asks.Dispose();
        if (_ownsChannel)
            _channel.Dispose();
    }

    internal static GrpcChannel CreateChannel(Uri address, HttpMessageHandler handler, ILoggerFactory? loggers) => GrpcChannel.ForAddress(address, new GrpcChannelOptions
    {
        HttpHandler = handler,
        LoggerFactory = loggers,
        MaxSendMessageSize = RequestBytesMax,
        MaxReceiveMessageSize = AnswerBytesMax,
        // By default a channel that found nobody looks again after a second, and in the end only every two minutes.
        InitialReconnectBackoff = TimeSpan.FromMilliseconds(100),
        MaxReconnectBackoff = TimeSpan.FromSeconds(5),
    });

    private async Task<SendResult> TrySendAsync(ReadOnlyMemory<Entry> entries, CancellationToken cancellation)
    {
        var request = new V1.RecordEntriesRequest();
        foreach (ref readonly var entry in entries.Span)
            request.Entries.Add(GrpcEntries.ToMessage(in entry));
        if (request.CalculateSize() > RequestBytesMax)
            return SendResult.TooLarge($"The server takes at most {RequestBytesMax} bytes at once.");
        try
        {
            var answer = await OnceAsync(once => _entries.RecordEntriesAsync(request, cancellationToken: once).ResponseAsync, cancellation);
            TimeSpan? retryAfter = answer.HasRetryAfterMs ? TimeSpan.FromMilliseconds(answer.RetryAfterMs) : null;
            return ReadOutcomes(answer, entries.Span, retryAfter) is { } outcomes
                ? SendResult.Answered(outcomes, retryAfter)
                : SendResult.Faulted(new GpuCreditException($"The answer of {_channel.Target} isn't understood."));
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.ResourceExhausted && (GrpcFaults.IsTooLarge(e) || entries.Length > 1))
        {
            // Not GpuCredit's own: something on the way takes less at once, or less in a time. Half of it may pass; but one entry
            // is never too large for such a word, which may only mean later.
            return SendResult.TooLarge(e.Status.Detail);
        }
        catch (RpcException e)
        {
            return SendResult.Faulted(GrpcFaults.Fault(e, _channel.Target));
        }
        catch (GpuCreditException e)
        {
            return SendResult.Faulted(e);
        }
    }

    private static EntryOutcome[]? ReadOutcomes(V1.RecordEntriesResponse answer, ReadOnlySpan<Entry> entries, TimeSpan? retryAfter)
    {
        if (answer.Outcomes.Count != entries.Length)
            return null;
        var outcomes = new EntryOutcome[entries.Length];
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (GrpcEntries.ToOutcome(answer.Outcomes[i], entries[i].AccountId, retryAfter) is not { } outcome)
                return null;
            outcomes[i] = outcome;
        }

        return outcomes;
    }

    private BalanceOutcome OutcomeOf(V1.BalanceAnswer answer) => answer.Error is not { } error
        ? new() { Status = BalanceStatus.Answered, Balance = answer.HasBalance ? answer.Balance : null, At = answer.At, Version = answer.Version }
        : error.Code switch
        {
            "rejected" => BalanceOutcome.Rejected(EntryOutcome.Rejected(error.HasField ? error.Field : null, error.Detail)),
            "before_horizon" => BalanceOutcome.BeforeHorizon(error.Detail),
            "unavailable" => BalanceOutcome.Unavailable(error.Detail, error.HasRetryAfterMs ? TimeSpan.FromMilliseconds(error.RetryAfterMs) : null),
            _ => throw new GpuCreditException($"{_channel.Target} has no answer: {error.Code} ({error.Detail})"),
        };

    private Task<EntryOutcome> RecordOneAsync(string accountId, Func<CancellationToken, Task<EntryOutcome?>> call, CancellationToken cancellation) => _retry.CallAsync(
        async outer =>
        {
            try
            {
                return await OnceAsync(call, outer) ?? throw new GpuCreditException($"The answer of {_channel.Target} isn't understood.");
            }
            catch (RpcException e)
            {
                return GrpcFaults.ReadOutcome(e, accountId) ?? throw GrpcFaults.Fault(e, _channel.Target);
            }
        },
        cancellation);

    /// <summary>One try, within its time.</summary>
    private async Task<T> OnceAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(_attemptTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        try
        {
            return await call(either.Token);
        }
        catch (Exception e) when (e is RpcException { StatusCode: StatusCode.Cancelled } or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            if (timeout.IsCancellationRequested)
                throw new GpuCreditException($"{_channel.Target} did not answer within {_attemptTimeout}.", e);
            throw;
        }
    }
}
