using System.Net;
using System.Net.Sockets;
using Client.Tests.Running;
using GpuCredit.Client;
using Grpc.Net.Client;

namespace Client.Tests.Calls;

/// <summary>What a call does when there is no answer, or a strange one.</summary>
public sealed class FaultTests
{
    private static GpuCreditClientOptions Quick => new()
    {
        Address = new Uri("http://127.0.0.1:1"),
        Retry = new() { RetriesMax = 3, DelayBase = TimeSpan.FromMilliseconds(1), DelayMax = TimeSpan.FromSeconds(2) },
    };

    [Fact]
    public async Task What_is_unavailable_is_tried_again()
    {
        using var handler = new StubHandler(count => count < 3 ? StubHandler.Unavailable() : StubHandler.Recorded());
        Assert.Equal(OutcomeStatus.Recorded, (await Client(handler).UseCreditAsync("a", "u", 1, 1)).Status);
        Assert.Equal(3, handler.Count);
    }

    /// <summary>HttpClient lets it through as it is when the connection breaks off in the moment that it is made.</summary>
    [Fact]
    public async Task A_fault_of_the_socket_itself_is_tried_again_as_any_other()
    {
        using var handler = new StubHandler(count => count < 3 ? throw new SocketException((int)SocketError.NotConnected) : StubHandler.Recorded());
        Assert.Equal(OutcomeStatus.Recorded, (await Client(handler).UseCreditAsync("a", "u", 1, 1)).Status);
        Assert.Equal(3, handler.Count);
    }

    [Fact]
    public async Task What_stays_unavailable_is_an_outcome_after_a_bounded_number_of_tries()
    {
        using var handler = new StubHandler(_ => StubHandler.Unavailable());
        var outcome = await Client(handler).UseCreditAsync("a", "u", 1, 1);
        Assert.Equal((OutcomeStatus.Unavailable, "busy"), (outcome.Status, outcome.Detail));
        Assert.Equal(4, handler.Count);
    }

    [Fact]
    public async Task A_server_that_says_to_come_back_later_than_a_call_waits_is_unavailable_at_once()
    {
        using var handler = new StubHandler(_ => StubHandler.Unavailable(retryAfterSeconds: 60));
        var outcome = await Client(handler).UseCreditAsync("a", "u", 1, 1);
        Assert.Equal((OutcomeStatus.Unavailable, TimeSpan.FromSeconds(60)), (outcome.Status, outcome.RetryAfter));
        Assert.Equal(1, handler.Count);
    }

    [Fact]
    public async Task A_quota_on_the_way_of_one_entry_is_a_fault_that_passes_and_not_an_entry_that_is_too_large()
    {
        using var handler = new QuotaHandler();
        using var channel = GrpcChannel.ForAddress("http://127.0.0.1:1", new GrpcChannelOptions { HttpHandler = handler });
        using var client = new GrpcGpuCreditClient(channel);
        var one = await client.SendAsync(new[] { Entry.Usage("a", "u", 1, 1) }, default);
        Assert.False(one.IsTooLarge);
        Assert.True(one.Fault!.IsTransient);
        Assert.True((await client.SendAsync(new[] { Entry.Usage("a", "u", 1, 1), Entry.Usage("a", "v", 1, 1) }, default)).IsTooLarge);
    }

    [Fact]
    public async Task Half_a_surrogate_pair_in_an_id_costs_no_other_entry_anything()
    {
        using var handler = new QuotaHandler();
        using var channel = GrpcChannel.ForAddress("http://127.0.0.1:1", new GrpcChannelOptions { HttpHandler = handler });
        using var client = new GrpcGpuCreditClient(channel);
        var result = await client.SendAsync(new[] { Entry.Usage("a", "\ud800", 1, 1), Entry.Usage("a", "v", 1, 1) }, default);
        Assert.True(result.IsTooLarge, result.Fault?.Message); // it has reached the network
    }

    [Fact]
    public async Task Of_many_entries_only_those_that_are_unavailable_are_sent_again()
    {
        var bodies = new List<string>();
        using var handler = new RecordingHandler(
            bodies,
            count => count == 1
                ? StubHandler.Text(
                    HttpStatusCode.ServiceUnavailable,
                    """
                    {"status":"recorded","version":1}
                    {"status":"unavailable","error":{"code":"unavailable","detail":"busy"}}

                    """,
                    "application/x-ndjson")
                : StubHandler.Text(HttpStatusCode.OK, "{\"status\":\"duplicate\",\"version\":1}\n", "application/x-ndjson"));
        var client = new HttpGpuCreditClient(new HttpClient(handler), Quick);
        var outcomes = await client.RecordAsync(new[] { Entry.Usage("a", "u0", 1, 1), Entry.Usage("a", "u1", 1, 1) });
        Assert.Equal([OutcomeStatus.Recorded, OutcomeStatus.Duplicate], outcomes.Select(outcome => outcome.Status));
        Assert.Equal("{\"accountId\":\"a\",\"usageId\":\"u1\",\"amount\":1,\"timestamp\":1}\n", bodies[1]);
    }

    [Theory]
    [InlineData(HttpStatusCode.OK, "<html>log in</html>", "text/html", true)]
    [InlineData(HttpStatusCode.OK, """{"status":"recorded"}""", "application/json", true)]
    [InlineData(HttpStatusCode.OK, """{"status":"perfect","version":1}""", "application/json", true)]
    [InlineData(HttpStatusCode.OK, "", "application/json", true)]
    [InlineData(HttpStatusCode.Unauthorized, "who?", "text/plain", false)]
    [InlineData(HttpStatusCode.NotFound, "{}", "application/json", false)]
    [InlineData(HttpStatusCode.BadGateway, "no upstream", "text/plain", true)]
    public async Task An_answer_that_is_not_GpuCredits_is_never_taken_for_an_outcome(HttpStatusCode status, string body, string mediaType, bool isTransient)
    {
        using var handler = new StubHandler(_ => StubHandler.Text(status, body, mediaType));
        var fault = await Assert.ThrowsAsync<GpuCreditException>(() => Client(handler).UseCreditAsync("a", "u", 1, 1));
        Assert.Equal(isTransient, fault.IsTransient);
        Assert.Equal(isTransient ? 4 : 1, handler.Count);
        var sent = await Client(handler).SendAsync(new[] { Entry.Usage("a", "u", 1, 1) }, CancellationToken.None);
        Assert.Null(sent.Outcomes);
        Assert.NotNull(sent.Fault);
    }

    [Theory]
    [InlineData(8, null, 1, false, true)] // RESOURCE_EXHAUSTED of a proxy's: later, perhaps
    [InlineData(8, null, 2, true, false)]
    [InlineData(8, "too_large", 1, true, false)]
    [InlineData(14, null, 2, false, true)] // UNAVAILABLE
    [InlineData(14, "unavailable", 2, false, true)]
    [InlineData(16, null, 2, false, false)] // UNAUTHENTICATED
    [InlineData(12, null, 2, false, false)] // UNIMPLEMENTED: another service
    public async Task An_error_of_grpc_is_no_outcome_and_only_the_server_says_that_one_entry_is_too_large(
        int status, string? code, int entries, bool isTooLarge, bool isTransient)
    {
        using var handler = new StubHandler(_ => StubHandler.GrpcError(status, code));
        using var channel = GrpcChannel.ForAddress(Quick.Address!, new GrpcChannelOptions { HttpHandler = handler });
        using var client = new GrpcGpuCreditClient(channel, Quick);
        var sent = await client.SendAsync(Enumerable.Range(0, entries).Select(i => Entry.Usage("a", $"u{i}", 1, 1)).ToArray(), CancellationToken.None);
        Assert.Null(sent.Outcomes);
        Assert.Equal((isTooLarge, isTransient), (sent.IsTooLarge, sent.Fault!.IsTransient));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task A_proxy_may_say_that_a_request_is_too_large_but_not_that_an_entry_is(int entries, bool isTooLarge)
    {
        using var handler = new StubHandler(_ => StubHandler.Text(HttpStatusCode.RequestEntityTooLarge, "too much", "text/plain"));
        var sent = await Client(handler).SendAsync(Enumerable.Range(0, entries).Select(i => Entry.Usage("a", $"u{i}", 1, 1)).ToArray(), CancellationToken.None);
        Assert.Equal(isTooLarge, sent.IsTooLarge);
    }

    [Fact]
    public async Task Too_few_outcomes_for_a_batch_are_none()
    {
        using var handler = new StubHandler(_ => StubHandler.Text(HttpStatusCode.OK, "{\"status\":\"recorded\",\"version\":1}\n", "application/x-ndjson"));
        var sent = await Client(handler).SendAsync(new[] { Entry.Usage("a", "u0", 1, 1), Entry.Usage("a", "u1", 1, 1) }, CancellationToken.None);
        Assert.Null(sent.Outcomes);
    }

    [Fact]
    public async Task Nobody_listening_throws_after_a_bounded_number_of_tries()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // bound, and never listening
        var options = Quick;
        options.Address = new Uri($"http://127.0.0.1:{((IPEndPoint)taken.LocalEndPoint!).Port}");
        var fault = await Assert.ThrowsAsync<GpuCreditException>(() => new HttpGpuCreditClient(new HttpClient(), options).GetBalanceAsync("a", 1));
        Assert.True(fault.IsTransient);
        using var grpc = new GrpcGpuCreditClient(options.Address, options);
        fault = await Assert.ThrowsAsync<GpuCreditException>(() => grpc.GetBalanceAsync("a", 1));
        Assert.True(fault.IsTransient);
    }

    [Fact]
    public async Task Silence_ends_a_try()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var options = Quick;
        options.Address = new Uri($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}");
        options.AttemptTimeout = TimeSpan.FromMilliseconds(100);
        options.Retry.RetriesMax = 1;
        var fault = await Assert.ThrowsAsync<GpuCreditException>(() => new HttpGpuCreditClient(new HttpClient(), options).UseCreditAsync("a", "u", 1, 1));
        Assert.Contains("did not answer within", fault.Message, StringComparison.Ordinal);
        using var grpc = new GrpcGpuCreditClient(options.Address, options);
        fault = await Assert.ThrowsAsync<GpuCreditException>(() => grpc.UseCreditAsync("a", "u", 1, 1));
        Assert.Contains("did not answer within", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_who_gives_up_is_told_so_and_not_that_the_server_is_away()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var options = Quick;
        options.Address = new Uri($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}");
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new HttpGpuCreditClient(new HttpClient(), options).UseCreditAsync("a", "u", 1, 1, cancellation: cancellation.Token));
        using var grpc = new GrpcGpuCreditClient(options.Address, options);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => grpc.UseCreditAsync("a", "u", 1, 1, cancellation: cancellation.Token));
    }

    [Theory]
    [InlineData("ftp://somewhere")]
    [InlineData("/relative")]
    [InlineData(null)]
    public void A_wrong_address_is_named_with_its_rule(string? address)
    {
        var options = new GpuCreditClientOptions { Address = address is null ? null : new Uri(address, UriKind.RelativeOrAbsolute) };
        var wrong = Assert.Throws<ArgumentException>(() => new HttpGpuCreditClient(new HttpClient(), options));
        Assert.StartsWith("Address must be an absolute http or https address", wrong.Message, StringComparison.Ordinal);
    }

    private static HttpGpuCreditClient Client(StubHandler handler) => new(new HttpClient(handler, disposeHandler: false), Quick);

    private sealed class RecordingHandler(List<string> bodies, Func<int, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            bodies.Add(await request.Content!.ReadAsStringAsync(cancellationToken));
            return answer(bodies.Count);
        }
    }

    /// <summary>A proxy that has had enough for now.</summary>
    private sealed class QuotaHandler : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await request.Content!.CopyToAsync(Stream.Null, cancellationToken);
            var answer = new HttpResponseMessage(HttpStatusCode.OK) { Version = HttpVersion.Version20, Content = new ByteArrayContent([]), RequestMessage = request };
            answer.Content.Headers.ContentType = new("application/grpc");
            answer.Headers.Add("grpc-status", "8");
            answer.Headers.Add("grpc-message", "quota");
            return answer;
        }
    }
}
