using Grpc.Core;
using GpuCredit.Host.Grpc;
using GpuCredit.V1;
using Host.Tests.Running;

namespace Host.Tests.Grpc;

/// <summary>What all streams of a node together hold, and what no other stream can take from one.</summary>
public sealed class StreamBudgetTests
{
    /// <summary>So many windows are well beyond what is shared.</summary>
    private const int Silent = 32;
    private const int PerMessage = 500;

    [Fact]
    public async Task Clients_that_write_and_never_read_hold_no_more_than_the_budget_and_a_stream_beside_them_goes_on()
    {
        await using var here = await HeldHost.StartAsync();
        here.Region.AnswerAll();
        using var ended = new CancellationTokenSource();
        var sent = 0;
        var silent = Enumerable.Range(0, Silent).Select(_ => here.Clients.Entries.StreamEntries(cancellationToken: ended.Token)).ToList();
        const int Most = 400; // More than lies in buffers on the way as well.
        var writing = silent.Select(stream => WriteAsync(stream, Most, () => Interlocked.Increment(ref sent))).ToList();
        await GrpcClients.PushedBackAsync(() => Volatile.Read(ref sent), Silent * Most);
        // All of what is shared, but for less than a message, and no more; and of each its own.
        const int Bound = GrpcLimits.SharedEntriesUnderWayMax + (Silent * GrpcLimits.StreamEntriesOwn);
        await Eventually.TrueAsync(() => Task.FromResult(here.Budget.UnderWay > Bound - PerMessage), GrpcClients.Within, $"{Bound} entries are under way");
        Assert.InRange(here.Budget.UnderWay, 0, Bound);

        // The largest messages there are, and small ones, one after the other, far more than its own part.
        using (var other = here.Clients.Entries.StreamEntries())
        {
            var large = Enumerable.Range(0, GrpcLimits.StreamRequestEntriesMax).Select(i => GrpcClients.Usage($"account-{i % 20}", $"u{i}")).ToArray();
            var messages = Enumerable.Range(0, 20).Select(n => GrpcClients.Message((ulong)n, n % 2 == 0 ? large : large[..7])).ToList();
            var written = Task.Run(async () =>
            {
                foreach (var message in messages)
                    await other.RequestStream.WriteAsync(message);
                await other.RequestStream.CompleteAsync();
            });
            var (answers, end) = await GrpcClients.RestAsync(other);
            await written;
            Assert.Null(end);
            Assert.Equal(messages.Select(message => (message.Sequence, message.Entries.Count)), answers.Select(answer => (answer.Sequence, answer.Outcomes.Count)));
        }

        Assert.InRange(here.Budget.UnderWay, Bound - PerMessage, Bound);
        await ended.CancelAsync();
        await Task.WhenAll(writing);
        silent.ForEach(stream => stream.Dispose());
        await Eventually.TrueAsync(() => Task.FromResult(here.Budget.UnderWay == 0), GrpcClients.Within, "nothing is under way any more");
    }

    [Fact]
    public async Task A_stream_that_waits_for_what_is_shared_goes_on_when_another_ends()
    {
        await using var here = await HeldHost.StartAsync();
        using var others = new OtherStreams(here.Budget);
        var most = GrpcLimits.StreamEntriesUnderWayMax;
        Assert.Equal(GrpcLimits.SharedEntriesUnderWayMax, others.TakeAllShared());
        using var late = new StreamShare(here.Budget);
        Assert.True(late.TryTake(GrpcLimits.StreamEntriesOwn));
        Assert.False(late.TryTake(1));
        others.EndOne();
        await late.RoomAsync(CancellationToken.None).AsTask().WaitAsync(GrpcClients.Within);
        Assert.True(late.TryTake(most - GrpcLimits.StreamEntriesOwn));
        Assert.False(late.TryTake(1));
    }

    [Fact]
    public async Task Beyond_the_most_streams_one_more_is_told_so_and_to_come_back()
    {
        await using var here = await HeldHost.StartAsync();
        here.Region.AnswerAll();
        var open = new List<AsyncDuplexStreamingCall<StreamEntriesRequest, StreamEntriesResponse>>();
        for (var n = 0; n < GrpcLimits.StreamsMax; n++)
        {
            open.Add(here.Clients.Entries.StreamEntries());
            await open[n].RequestStream.WriteAsync(GrpcClients.Message(1));
            await GrpcClients.NextAsync(open[n]);
        }

        using (var beyond = here.Clients.Entries.StreamEntries())
        {
            var refused = await Assert.ThrowsAsync<RpcException>(() => beyond.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(GrpcClients.Within));
            Assert.Equal(
                (StatusCode.Unavailable, "unavailable", "This node has 256 streams of the kind open, and takes no more; nothing was done."),
                (refused.StatusCode, GrpcClients.CodeOf(refused), refused.Status.Detail));
        }

        // Other calls have a bound of their own, streams of balances too.
        using (var asking = new QuestionStream(here.Clients))
        {
            await asking.CompleteAsync();
            Assert.Null((await asking.RestAsync()).End);
        }

        await here.Clients.Entries.RecordEntriesAsync(new RecordEntriesRequest { Entries = { GrpcClients.Usage("a", "u") } });
        open[0].Dispose();
        await Eventually.TrueAsync(
            async () =>
            {
                using var again = here.Clients.Entries.StreamEntries();
                await again.RequestStream.CompleteAsync();
                return (await GrpcClients.RestAsync(again)).End is null;
            },
            GrpcClients.Within,
            "there is room for a stream again");
        open.ForEach(stream => stream.Dispose());
    }

    /// <summary>Entries that are refused at once, and with a sentence: nothing waits for an account, and the answers are longer than the questions.</summary>
    private static async Task WriteAsync(AsyncDuplexStreamingCall<StreamEntriesRequest, StreamEntriesResponse> stream, int messages, Action sent)
    {
        var message = GrpcClients.Message(1, [.. Enumerable.Repeat(new Entry(), PerMessage)]);
        try
        {
            for (var n = 0; n < messages; n++)
            {
                await stream.RequestStream.WriteAsync(message);
                sent();
            }
        }
        catch (Exception ended) when (ended is RpcException or OperationCanceledException)
        {
            // The test has ended it.
        }
    }

    /// <summary>Streams that have filled their windows for good.</summary>
    private sealed class OtherStreams(StreamBudget budget) : IDisposable
    {
        private readonly Stack<StreamShare> _shares = new();

        public int TakeAllShared()
        {
            const int Beyond = GrpcLimits.StreamEntriesUnderWayMax - GrpcLimits.StreamEntriesOwn;
            var left = GrpcLimits.SharedEntriesUnderWayMax;
            while (left > 0)
            {
                var borrowed = Math.Min(left, Beyond);
                // The one that takes the least ends last.
                _shares.Push(new StreamShare(budget));
                Assert.True(_shares.Peek().TryTake(GrpcLimits.StreamEntriesOwn + borrowed));
                left -= borrowed;
            }

            var last = _shares.Pop();
            var full = _shares.Pop();
            _shares.Push(last);
            _shares.Push(full);
            return budget.UnderWay - (_shares.Count * GrpcLimits.StreamEntriesOwn);
        }

        public void EndOne() => _shares.Pop().Dispose();

        public void Dispose()
        {
            foreach (var share in _shares)
                share.Dispose();
        }
    }
}
