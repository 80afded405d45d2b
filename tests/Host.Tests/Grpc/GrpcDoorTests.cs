using System.Net;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1Alpha;
using GpuCredit.Host.Grpc;
using GpuCredit.Host.Http;
using GpuCredit.V1;
using Host.Tests.EventStore;
using Host.Tests.Running;

namespace Host.Tests.Grpc;

public sealed class GrpcDoorTests
{
    [Fact]
    public async Task GRPC_is_at_its_own_door_only_and_nothing_else_is_there()
    {
        await using var host = await InProcessHost.StartAsync();
        using var http2 = new HttpClient { BaseAddress = host.GrpcAddress, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        foreach (var path in (string[])["/healthz/live", "/v1/accounts/a/balance?at=1", "/openapi/v1.json", "/ops/cluster", "/"])
        {
            using var answer = await http2.GetAsync(path);
            Assert.Equal("12", answer.Headers.GetValues("grpc-status").Single());
            Assert.Equal("", await answer.Content.ReadAsStringAsync());
        }

        foreach (var path in (string[])["/gpucredit.v1.Accounts/GetBalance", "/GPUCREDIT.V1.Accounts/GetBalance", "/grpc.health.v1.Health/Check"])
        {
            foreach (var door in (HttpClient[])[host.Client, host.Ops])
            {
                using var content = new ByteArrayContent([0, 0, 0, 0, 0]);
                content.Headers.ContentType = new("application/grpc");
                using var answer = await door.PostAsync(path, content);
                Assert.Equal((HttpStatusCode.NotFound, "not_found"), (answer.StatusCode, (string?)(await InProcessHost.JsonOf(answer))["code"]));
            }
        }

        // Not HTTP/1 either.
        using var http1 = new HttpClient { BaseAddress = host.GrpcAddress };
        await Assert.ThrowsAnyAsync<HttpRequestException>(async () => (await http1.GetAsync("/healthz/live")).EnsureSuccessStatusCode());
    }

    [Fact]
    public async Task Health_follows_the_event_store_and_reflection_tells_the_contract()
    {
        using var folder = new TemporaryFolder();
        await using var host = await InProcessHost.StartAsync("--GpuCredit:Store", "sqlite", "--GpuCredit:ConnectionString", $"Data Source={folder["ledger.db"]}");
        using var clients = new GrpcClients(host);
        var health = new Health.HealthClient(clients.Channel);
        foreach (var service in (string[])["", "gpucredit.v1.Accounts", "gpucredit.v1.Entries"])
            Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await health.CheckAsync(new HealthCheckRequest { Service = service })).Status);
        File.Move(folder["ledger.db"], folder["away.db"]);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, (await health.CheckAsync(new HealthCheckRequest())).Status);
        File.Move(folder["away.db"], folder["ledger.db"]);

        using var reflection = new ServerReflection.ServerReflectionClient(clients.Channel).ServerReflectionInfo();
        await reflection.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" });
        await reflection.RequestStream.WriteAsync(new ServerReflectionRequest { FileContainingSymbol = "gpucredit.v1.Entries.StreamEntries" });
        Assert.True(await reflection.ResponseStream.MoveNext(CancellationToken.None));
        var services = reflection.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name).ToHashSet();
        Assert.Superset(new HashSet<string> { "gpucredit.v1.Accounts", "gpucredit.v1.Entries", "grpc.health.v1.Health" }, services);
        Assert.True(await reflection.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Contains(LedgerReflection.Descriptor.SerializedData, reflection.ResponseStream.Current.FileDescriptorResponse.FileDescriptorProto);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Watches_and_questions_left_open_do_not_keep_the_node_from_stopping(bool hasWatch, bool hasQuestion)
    {
        var host = await InProcessHost.StartAsync();
        using var clients = new GrpcClients(host);
        using var watch = hasWatch ? new Health.HealthClient(clients.Channel).Watch(new HealthCheckRequest()) : null;
        if (watch is not null)
        {
            Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None));
            Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, watch.ResponseStream.Current.Status);
        }

        using var reflection = hasQuestion ? new ServerReflection.ServerReflectionClient(clients.Channel).ServerReflectionInfo() : null;
        if (reflection is not null)
        {
            await reflection.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" });
            Assert.True(await reflection.ResponseStream.MoveNext(CancellationToken.None));
        }

        await host.DisposeAsync().AsTask().WaitAsync(GrpcClients.Within);
        if (watch is not null)
        {
            Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None));
            Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, watch.ResponseStream.Current.Status);
        }
    }

    [Fact]
    public async Task What_cannot_be_taken_as_a_message_has_a_status_of_its_own()
    {
        await using var host = await InProcessHost.StartAsync();
        using var clients = new GrpcClients(host);
        foreach (var (service, call) in ((string, string)[])[("Accounts", "SetBalance"), ("Holds", "Place")])
        {
            var unknown = await ProblemOfAsync(clients, service, call, [], MethodType.Unary);
            Assert.Equal((StatusCode.Unimplemented, "not_found", "There is no such call here."), (unknown.StatusCode, GrpcClients.CodeOf(unknown), unknown.Status.Detail));
        }

        Assert.Equal(StatusCode.InvalidArgument, await StatusOfAsync(clients, "Accounts", "AddCredit", [0xFF, 0xFF, 0xFF]));
        Assert.Equal(StatusCode.InvalidArgument, await StatusOfAsync(clients, "Entries", "RecordEntries", [0x0A, 0x7F]));
        Assert.Equal(StatusCode.InvalidArgument, await StatusOfAsync(clients, "Entries", "StreamEntries", [0x12, 0x7F], MethodType.DuplexStreaming));
        Assert.Equal(StatusCode.InvalidArgument, await StatusOfAsync(clients, "Accounts", "StreamBalances", [0x0A, 0x7F], MethodType.DuplexStreaming));
        var compressed = new CallOptions(new Metadata { { "grpc-internal-encoding-request", "gzip" } }, writeOptions: new WriteOptions());
        var refused = await Assert.ThrowsAsync<RpcException>(() => clients.Accounts.GetBalanceAsync(new GetBalanceRequest { AccountId = "a" }, compressed).ResponseAsync);
        Assert.Equal(StatusCode.Unimplemented, refused.StatusCode);
    }

    [Fact]
    public async Task A_message_beyond_its_bytes_is_too_large_by_the_code_that_HTTP_has()
    {
        await using var host = await InProcessHost.StartAsync();
        using var clients = new GrpcClients(host);
        foreach (var (service, call, type, bytesMax) in ((string, string, MethodType, int)[])
        [
            ("Accounts", "AddCredit", MethodType.Unary, HttpLimits.EntryBytesMax),
            ("Accounts", "UseCredit", MethodType.Unary, HttpLimits.EntryBytesMax),
            ("Accounts", "GetBalance", MethodType.Unary, HttpLimits.EntryBytesMax),
            ("Accounts", "StreamBalances", MethodType.DuplexStreaming, HttpLimits.EntryBytesMax),
            ("Entries", "RecordEntries", MethodType.Unary, GrpcLimits.EntriesBytesMax),
            ("Entries", "StreamEntries", MethodType.DuplexStreaming, GrpcLimits.EntriesBytesMax),
        ])
        {
            var problem = await ProblemOfAsync(clients, service, call, new byte[bytesMax + 1], type);
            var sentence = $"A message of this call has at most {bytesMax} bytes; nothing of it was done.";
            Assert.Equal((call, StatusCode.ResourceExhausted, "too_large", sentence), (call, problem.StatusCode, GrpcClients.CodeOf(problem), problem.Status.Detail));
            var details = Google.Rpc.Status.Parser.ParseFrom(problem.Trailers.GetValueBytes("grpc-status-details-bin"));
            Assert.Equal((8, sentence), (details.Code, details.Message));
            // As many bytes as there may be are read, and aren't Protobuf.
            Assert.Equal((call, "bad_request"), (call, GrpcClients.CodeOf(await ProblemOfAsync(clients, service, call, new byte[bytesMax], type))));
        }
    }

    [Fact]
    public async Task Beyond_the_limit_a_batch_is_told_at_once_to_come_back_and_health_is_not()
    {
        await using var host = await InProcessHost.StartAsync();
        using var clients = new GrpcClients(host);
        var waiting = new List<SlowRequest>();
        try
        {
            for (var i = 0; i < HttpLimits.BatchesInFlightMax; i++)
            {
                // The bound is one for both doors.
                waiting.Add(await SlowRequest.StartAsync(host.Client.BaseAddress!, "/v1/entries"));
                await Task.WhenAll(waiting.Select(request => request.StayAwakeAsync()));
            }

            var refused = await Assert.ThrowsAsync<RpcException>(() => clients.Entries.RecordEntriesAsync(new RecordEntriesRequest()).ResponseAsync);
            Assert.Equal((StatusCode.Unavailable, "unavailable", "Too many requests are being answered; nothing was done."), (refused.StatusCode, GrpcClients.CodeOf(refused), refused.Status.Detail));
            Assert.Equal("1000", refused.Trailers.GetValue("grpc-retry-pushback-ms"));
            Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await new Health.HealthClient(clients.Channel).CheckAsync(new HealthCheckRequest())).Status);
            Assert.False((await clients.Accounts.GetBalanceAsync(new GetBalanceRequest { AccountId = "a", At = 1 })).HasBalance);
        }
        finally
        {
            waiting.ForEach(request => request.Dispose());
        }
    }

    private static async Task<StatusCode> StatusOfAsync(GrpcClients clients, string service, string call, byte[] message, MethodType type = MethodType.Unary) =>
        (await ProblemOfAsync(clients, service, call, message, type)).StatusCode;

    private static async Task<RpcException> ProblemOfAsync(GrpcClients clients, string service, string call, byte[] message, MethodType type)
    {
        var octets = Marshallers.Create(bytes => bytes, bytes => bytes);
        var method = new Method<byte[], byte[]>(type, $"gpucredit.v1.{service}", call, octets, octets);
        var invoker = clients.Channel.CreateCallInvoker();
        if (type == MethodType.Unary)
            return await Assert.ThrowsAsync<RpcException>(() => invoker.AsyncUnaryCall(method, null, default, message).ResponseAsync);
        using var stream = invoker.AsyncDuplexStreamingCall(method, null, default);
        // A long message may still be on its way when the stream ends; the end says why.
        await stream.RequestStream.WriteAsync(message).ContinueWith(_ => { }, TaskScheduler.Default);
        return await Assert.ThrowsAsync<RpcException>(() => stream.ResponseStream.MoveNext(CancellationToken.None));
    }
}
