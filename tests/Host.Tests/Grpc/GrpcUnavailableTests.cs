using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using GpuCredit.V1;
using Host.Tests.EventStore;
using Host.Tests.Running;
using Microsoft.Data.Sqlite;

namespace Host.Tests.Grpc;

public sealed class GrpcUnavailableTests
{
    [Fact]
    public async Task While_the_store_cannot_write_entries_are_unavailable_and_afterwards_sending_all_again_is_safe()
    {
        using var folder = new TemporaryFolder();
        await using var host = await InProcessHost.StartAsync("--GpuCredit:Store", "sqlite", "--GpuCredit:ConnectionString", $"Data Source={folder["ledger.db"]};Default Timeout=1");
        using var clients = new GrpcClients(host);
        using var stream = clients.Entries.StreamEntries();
        var single = new UseCreditRequest { AccountId = "a", Usage = new Usage { UsageId = "u", Amount = 1, Timestamp = 1 } };
        var batch = new RecordEntriesRequest { Entries = { GrpcClients.Usage("b", "u"), new Entry() } };

        await using (var other = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = folder["ledger.db"], Pooling = false }.ConnectionString))
        {
            await other.OpenAsync();
            await using var locked = other.BeginTransaction(deferred: false);

            var refused = await Assert.ThrowsAsync<RpcException>(() => clients.Accounts.UseCreditAsync(single).ResponseAsync);
            Assert.Equal((StatusCode.Unavailable, "unavailable", "1000"), (refused.StatusCode, GrpcClients.CodeOf(refused), refused.Trailers.GetValue("grpc-retry-pushback-ms")));
            var rich = Google.Rpc.Status.Parser.ParseFrom(refused.Trailers.GetValueBytes("grpc-status-details-bin"));
            Assert.Equal(Duration.FromTimeSpan(TimeSpan.FromSeconds(1)), rich.Details.Single(detail => detail.Is(RetryInfo.Descriptor)).Unpack<RetryInfo>().RetryDelay);

            var answer = await clients.Entries.RecordEntriesAsync(batch);
            Assert.Equal([OutcomeStatus.Unavailable, OutcomeStatus.Rejected], answer.Outcomes.Select(outcome => outcome.Status));
            Assert.Equal(1_000, answer.RetryAfterMs);

            await stream.RequestStream.WriteAsync(GrpcClients.Message(1, GrpcClients.Usage("c", "u")));
            var streamed = await GrpcClients.NextAsync(stream);
            Assert.Equal((OutcomeStatus.Unavailable, false, 1_000), (streamed.Outcomes[0].Status, streamed.Outcomes[0].HasVersion, streamed.RetryAfterMs));
        }

        await Eventually.TrueAsync(
            async () =>
            {
                await stream.RequestStream.WriteAsync(GrpcClients.Message(2, GrpcClients.Usage("c", "u")));
                return (await GrpcClients.NextAsync(stream)).Outcomes[0].Status is OutcomeStatus.Recorded or OutcomeStatus.Duplicate;
            },
            GrpcClients.Within,
            "the store writes again");
        await Eventually.TrueAsync(async () => (await clients.Entries.RecordEntriesAsync(batch)).Outcomes[0].Status is OutcomeStatus.Recorded or OutcomeStatus.Duplicate, GrpcClients.Within, "the batch is taken");
    }

    [Fact]
    public async Task What_a_stream_has_acknowledged_when_the_process_is_told_to_stop_is_there_afterwards()
    {
        using var folder = new TemporaryFolder();
        var port = FreePort();
        var address = new Uri($"http://127.0.0.1:{port}");
        string[] args = ["--urls", "http://127.0.0.1:0", "--GpuCredit:OpsUrl", "http://127.0.0.1:0", "--GpuCredit:GrpcUrl", $"{address.Scheme}://{address.Authority}"];
        var acknowledged = new List<ulong>();
        await using (var child = ChildProcess.Start(folder.Path, args))
        {
            await child.ListeningAsync();
            using var clients = new GrpcClients(address);
            await clients.ServingAsync();
            using var stream = clients.Entries.StreamEntries();
            var writing = Task.Run(async () =>
            {
                for (var i = 0UL; ; i++)
                    await stream.RequestStream.WriteAsync(GrpcClients.Message(i, GrpcClients.Usage($"account-{i % 20}", $"u{i}")));
            });
            while (acknowledged.Count < 500)
                acknowledged.Add(Sequence(await GrpcClients.NextAsync(stream)));
            child.Signal("TERM");
            var (answers, end) = await GrpcClients.RestAsync(stream);
            acknowledged.AddRange(answers.Select(Sequence));
            Assert.True(end is { StatusCode: StatusCode.Unavailable } && GrpcClients.CodeOf(end) == "unavailable", $"{end}\n{child.Output}");
            Assert.Equal(0, await child.EndAsync());
            await Assert.ThrowsAnyAsync<Exception>(() => writing);
        }

        Assert.Equal(Enumerable.Range(0, acknowledged.Count).Select(i => (ulong)i), acknowledged);
        await using (var again = ChildProcess.Start(folder.Path, args))
        {
            await again.ListeningAsync();
            using var clients = new GrpcClients(address);
            await clients.ServingAsync();
            foreach (var chunk in acknowledged.Chunk(10_000))
            {
                var request = new RecordEntriesRequest();
                request.Entries.AddRange(chunk.Select(i => GrpcClients.Usage($"account-{i % 20}", $"u{i}")));
                var outcomes = (await clients.Entries.RecordEntriesAsync(request)).Outcomes;
                Assert.Equal(chunk.Length, outcomes.Count(outcome => outcome.Status == OutcomeStatus.Duplicate));
            }
        }
    }

    private static ulong Sequence(StreamEntriesResponse answer)
    {
        Assert.Equal(OutcomeStatus.Recorded, answer.Outcomes[0].Status);
        return answer.Sequence;
    }

    private static int FreePort()
    {
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        return ((System.Net.IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
