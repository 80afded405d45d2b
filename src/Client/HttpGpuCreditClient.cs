using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using GpuCredit.Client.Http;

namespace GpuCredit.Client;

/// <summary><see cref="IGpuCreditClient"/> over HTTP and JSON.</summary>
public sealed class HttpGpuCreditClient : IGpuCreditClient
{
    /// <summary>An answer to one entry; a conflict's is the longest, well below this.</summary>
    private const int AnswerBytesMax = 64 * 1024;

    private const int AnswerBytesAnEntry = 2 * 1024;

    private readonly HttpClient _http;
    private readonly Uri _address;
    private readonly TimeSpan _attemptTimeout;
    private readonly TimeProvider _time;
    private readonly ClientMetrics _metrics;
    private readonly CallRetry _retry;
    private readonly EntryCalls _calls;

    /// <param name="http">Its <see cref="HttpClient.BaseAddress"/> is used where the options name no address. It isn't disposed.</param>
    /// <param name="options">The patience of a call; the defaults when null.</param>
    /// <param name="time">For tests; the system's clock when null.</param>
    /// <exception cref="ArgumentException">An option is wrong, or there is no address.</exception>
    public HttpGpuCreditClient(HttpClient http, GpuCreditClientOptions? options = null, TimeProvider? time = null)
        : this(http, options ?? new GpuCreditClientOptions(), time ?? TimeProvider.System, ClientMetrics.Shared)
    {
    }

    internal HttpGpuCreditClient(HttpClient http, GpuCreditClientOptions options, TimeProvider time, ClientMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(http);
        var address = options.Address ?? http.BaseAddress;
        OptionRules.Require(address is { IsAbsoluteUri: true, Scheme: "http" or "https" }, nameof(options.Address), "must be an absolute http or https address, here or as the HttpClient's");
        options.CheckLimits();
        _http = http;
        // Without the slash at its end the last part of a path would be replaced, not extended.
        _address = address!.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");
        _attemptTimeout = options.AttemptTimeout;
        _time = time;
        _metrics = metrics;
        _retry = new CallRetry(options.Retry, time, metrics);
        _calls = new EntryCalls(this, options.BatchEntriesMax, _retry);
    }

    /// <inheritdoc/>
    public Task<EntryOutcome> AddCreditAsync(
        string accountId, string creditId, long amount, long timestamp, long expiration, int priority = Entry.PriorityDefault, int revision = 0, CancellationToken cancellation = default) =>
        PostAsync("credits", Entry.Credit(accountId, creditId, amount, timestamp, expiration, priority, revision), cancellation);

    /// <inheritdoc/>
    public Task<EntryOutcome> UseCreditAsync(
        string accountId, string usageId, long amount, long timestamp, int revision = 0, CancellationToken cancellation = default) =>
        PostAsync("usages", Entry.Usage(accountId, usageId, amount, timestamp, revision), cancellation);

    /// <inheritdoc/>
    public Task<BalanceOutcome> GetBalanceAsync(string accountId, long? at = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(accountId);
        if (PathRefusal(accountId) is { } refusal)
            return Task.FromResult(BalanceOutcome.Rejected(refusal));
        var path = PathOf(accountId, "balance") + (at is { } tick ? FormattableString.Invariant($"?at={tick}") : "");
        return _retry.CallAsync(
            async once =>
            {
                var answer = await ExchangeAsync(HttpMethod.Get, path, body: default, mediaType: null, AnswerBytesMax, once);
                return AnswerReader.ReadBalance(answer) ?? throw answer.Foreign(new Uri(_address, path));
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
        SendResult result;
        try
        {
            const string Path = "v1/entries";
            var bytesMax = AnswerBytesMax + (int)Math.Min(entries.Length * (long)AnswerBytesAnEntry, int.MaxValue / 2);
            var answer = await ExchangeAsync(HttpMethod.Post, Path, EntryLines.Write(entries.Span), HttpAnswer.JsonLines, bytesMax, cancellation);
            result = ReadSend(answer, entries.Span, new Uri(_address, Path));
        }
        catch (GpuCreditException fault)
        {
            result = SendResult.Faulted(fault);
        }

        _metrics.Sent(result);
        return result;
    }

    private static SendResult ReadSend(in HttpAnswer answer, ReadOnlySpan<Entry> entries, Uri address)
    {
        if (answer.Status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable && AnswerReader.ReadOutcomes(answer, entries) is { } outcomes)
            return SendResult.Answered(outcomes, answer.RetryAfter);
        var problem = AnswerReader.ReadProblem(answer);
        // Also a proxy's 413: smaller requests may pass it. That one entry is too large only the server itself may say.
        if (answer.Status == HttpStatusCode.RequestEntityTooLarge && (problem is { Code: "too_large" } || entries.Length > 1))
            return SendResult.TooLarge(problem?.Detail ?? "The server takes less at once.");
        if (problem is { Code: "unavailable" })
            return SendResult.Faulted(new GpuCreditException(problem.Detail ?? "The server is not available now.") { RetryAfter = answer.RetryAfter });
        return SendResult.Faulted(answer.Foreign(address));
    }

    private Task<EntryOutcome> PostAsync(string kind, Entry entry, CancellationToken cancellation)
    {
        EntryGuard.Require(in entry);
        if (PathRefusal(entry.AccountId) is { } refusal)
            return Task.FromResult(refusal);
        var path = PathOf(entry.AccountId, kind);
        var body = EntryLines.WriteOne(in entry);
        return _retry.CallAsync(
            async once =>
            {
                var answer = await ExchangeAsync(HttpMethod.Post, path, body, HttpAnswer.Json, AnswerBytesMax, once);
                return AnswerReader.ReadOutcome(answer, entry.AccountId) ?? throw answer.Foreign(new Uri(_address, path));
            },
            cancellation);
    }

    /// <summary>One request and its answer, read whole.</summary>
    /// <exception cref="GpuCreditException">There was no answer, or none within the time of a try.</exception>
    private async Task<HttpAnswer> ExchangeAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte> body, string? mediaType, int answerBytesMax, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, new Uri(_address, path));
        if (mediaType is not null)
        {
            request.Content = new ReadOnlyMemoryContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        }

        using var timeout = new CancellationTokenSource(_attemptTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return await HttpAnswer.ReadAsync(response, answerBytesMax, _time.GetUtcNow(), either.Token);
        }
        // HttpClient lets a SocketException through, unwrapped, when the connection breaks off in the moment that it is made.
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            throw new GpuCreditException($"{request.RequestUri} could not be reached, or broke off: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new GpuCreditException($"{request.RequestUri} did not answer within {_attemptTimeout}.", e);
        }
    }

    private static string PathOf(string accountId, string call) => $"v1/accounts/{Uri.EscapeDataString(accountId)}/{call}";

    /// <summary>An address resolves its dots before it is sent, so that these two would be another path.</summary>
    private static EntryOutcome? PathRefusal(string accountId) =>
        accountId is "." or ".." ? EntryOutcome.Rejected("accountId", "accountId must not be \".\" or \"..\"") : null;
}
