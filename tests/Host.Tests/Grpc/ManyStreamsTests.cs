using System.Globalization;
using GpuCredit.Host.Grpc;
using GpuCredit.V1;
using Grpc.Core;
using Host.Tests.EventStore;
using Host.Tests.Running;

namespace Host.Tests.Grpc;

/// <summary>As many streams as a node takes, all at once, into a Host of its own process with its store on disk.</summary>
public sealed class ManyStreamsTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private const int EntriesPerStream = 200;
    private const int EntriesPerMessage = 5;

    /// <summary>An account that all streams use once.</summary>
    private const string Shared = "shared";
    private const long SharedAmount = 10_000;

    /// <summary>What the process may take beyond what it had when it stood idle; it also warms up meanwhile.</summary>
    private const long BytesMoreMax = 256L * 1024 * 1024;

    [Fact]
    public async Task Two_hundred_and_fifty_six_streams_at_once_get_every_outcome_in_order_and_everything_is_stored()
    {
        using var folder = new TemporaryFolder();
        await using var child = ChildProcess.Start(folder.Path, "--urls", "http://127.0.0.1:0", "--GpuCredit:GrpcUrl", "http://127.0.0.1:0", "--GpuCredit:OpsUrl", "http://127.0.0.1:0");
        await child.ListeningAsync();
        using var clients = new GrpcClients(new Uri(child.Output.Split("gRPC: ")[1].Split(',')[0]));
        await clients.ServingAsync();
        var idle = PeakBytes(child.Id);

        await clients.Entries.RecordEntriesAsync(new RecordEntriesRequest { Entries = { CreditOf(Shared, SharedAmount) } });
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var opened = 0;
        var streams = Enumerable.Range(0, GrpcLimits.StreamsMax).Select(number => RunAsync(clients, number, OpenedAsync)).ToList();
        var all = Task.WhenAll(streams);
        await (await Task.WhenAny(all, open.Task)); // a stream that ends early says why
        await all.WaitAsync(GrpcClients.Within);

        var more = PeakBytes(child.Id) - idle;
        output.WriteLine($"peak memory beyond idle: {more >> 20} MiB");
        Assert.InRange(more, 0, BytesMoreMax);
        for (var number = 0; number < GrpcLimits.StreamsMax; number++)
        {
            var balance = await clients.Accounts.GetBalanceAsync(new GetBalanceRequest { AccountId = Account(number), At = EntriesPerStream });
            Assert.Equal((number, Remaining(number)), (number, balance.Balance));
        }

        Assert.Equal(SharedAmount - GrpcLimits.StreamsMax, (await clients.Accounts.GetBalanceAsync(new GetBalanceRequest { AccountId = Shared, At = 1 })).Balance);
        return;

        async Task OpenedAsync()
        {
            if (Interlocked.Increment(ref opened) == GrpcLimits.StreamsMax)
                open.SetResult();
            await open.Task.WaitAsync(GrpcClients.Within);
        }
    }

    /// <summary>Its first message is answered before any stream sends its second, so that all are open at once.</summary>
    private static async Task RunAsync(GrpcClients clients, int number, Func<Task> openedAsync)
    {
        using var stream = clients.Entries.StreamEntries();
        await stream.RequestStream.WriteAsync(GrpcClients.Message(ulong.MaxValue, GrpcClients.Usage(Shared, $"u{number}")));
        var (sequence, first) = await FirstAsync(stream);
        Assert.Equal(ulong.MaxValue, sequence);
        Assert.True(first is OutcomeStatus.Recorded or OutcomeStatus.Unavailable, $"{first}");
        await openedAsync();
        var writing = WriteAsync(stream, number);
        var (answers, end) = await GrpcClients.RestAsync(stream);
        await writing;
        Assert.Null(end);
        Assert.Equal(Enumerable.Range(0, EntriesPerStream / EntriesPerMessage).Select(message => (ulong)message), answers.Select(answer => answer.Sequence));
        var statuses = answers.SelectMany(answer => answer.Outcomes).Select(outcome => outcome.Status).ToList();
        Assert.DoesNotContain(statuses, status => status is OutcomeStatus.Conflict or OutcomeStatus.Superseded or OutcomeStatus.Late);
        if (first == OutcomeStatus.Unavailable || statuses.Contains(OutcomeStatus.Unavailable))
            await SendAgainAsync(clients, number);
        else
            Assert.Equal(Enumerable.Range(0, EntriesPerStream).Select(StatusOf), statuses);
    }

    /// <summary>What a machine that is too busy has not stored in time: all again, until all is decided.</summary>
    private static Task SendAgainAsync(GrpcClients clients, int number) => Eventually.TrueAsync(
        async () =>
        {
            var answer = await clients.Entries.RecordEntriesAsync(new RecordEntriesRequest { Entries = { Enumerable.Range(0, EntriesPerStream).Select(i => EntryOf(number, i)).Append(GrpcClients.Usage(Shared, $"u{number}")) } });
            return answer.Outcomes.All(outcome => outcome.Status != OutcomeStatus.Unavailable);
        },
        GrpcClients.Within,
        "what was unavailable is stored");

    private static async Task WriteAsync(AsyncDuplexStreamingCall<StreamEntriesRequest, StreamEntriesResponse> stream, int number)
    {
        for (var first = 0; first < EntriesPerStream; first += EntriesPerMessage)
            await stream.RequestStream.WriteAsync(GrpcClients.Message((ulong)(first / EntriesPerMessage), [.. Enumerable.Range(first, EntriesPerMessage).Select(i => EntryOf(number, i))]));
        await stream.RequestStream.CompleteAsync();
    }

    private static async Task<(ulong Sequence, OutcomeStatus Status)> FirstAsync(AsyncDuplexStreamingCall<StreamEntriesRequest, StreamEntriesResponse> stream)
    {
        var answer = await GrpcClients.NextAsync(stream);
        return (answer.Sequence, Assert.Single(answer.Outcomes).Status);
    }

    private static Entry CreditOf(string account, long amount) => new() { AccountId = account, Credit = new Credit { CreditId = "c", Amount = amount, Timestamp = 0, Expiration = 1_000 } };

    private static long Granted(int number) => 1_000_000 + number;

    private static string Account(int number) => $"stream-{number}";

    /// <summary>A credit, and usages after it; some come twice, some are bad.</summary>
    private static Entry EntryOf(int number, int i) => i == 0
        ? CreditOf(Account(number), Granted(number))
        : StatusOf(i) switch
        {
            OutcomeStatus.Rejected => GrpcClients.Usage(Account(number), $"u{i}", amount: 0),
            OutcomeStatus.Duplicate => GrpcClients.Usage(Account(number), $"u{i - 1}", amount: i - 1),
            _ => GrpcClients.Usage(Account(number), $"u{i}", amount: i),
        };

    private static OutcomeStatus StatusOf(int i) => (i % 10) switch
    {
        3 => OutcomeStatus.Rejected,
        7 => OutcomeStatus.Duplicate,
        _ => OutcomeStatus.Recorded,
    };

    /// <summary>No two usages of an account have the same amount, so that none can stand for another.</summary>
    private static long Remaining(int number) =>
        Granted(number) - Enumerable.Range(1, EntriesPerStream - 1).Where(i => StatusOf(i) == OutcomeStatus.Recorded).Sum();

    /// <summary>The most that the process has ever had in memory.</summary>
    private static long PeakBytes(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return 1_024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
