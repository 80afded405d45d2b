using Grpc.Core;
using GpuCredit.Host.Grpc;
using GpuCredit.V1;
using Host.Tests.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Host.Tests.Grpc;

/// <summary>How much a stream takes, and when it stops taking: with accounts that answer when the test lets them.</summary>
public sealed class StreamFlowTests
{
    [Fact]
    public async Task An_account_has_one_batch_under_way_and_gathers_meanwhile_and_no_account_waits_for_another()
    {
        await using var here = await HeldHost.StartAsync();
        using var stream = here.Clients.Entries.StreamEntries();
        await stream.RequestStream.WriteAsync(GrpcClients.Message(1, GrpcClients.Usage("a", "1")));
        await here.Region.HoldsAsync("a: 1");
        await stream.RequestStream.WriteAsync(GrpcClients.Message(2, GrpcClients.Usage("a", "2"), GrpcClients.Usage("b", "1")));
        await stream.RequestStream.WriteAsync(GrpcClients.Message(3, GrpcClients.Usage("a", "3"), GrpcClients.Usage("c", "1")));
        await here.Region.HoldsAsync("a: 1", "b: 1", "c: 1");

        here.Region.Answer("c");
        here.Region.Answer("a");
        await here.Region.HoldsAsync("a: 2 3", "b: 1");
        Assert.Equal(1UL, (await GrpcClients.NextAsync(stream)).Sequence);
        here.Region.Answer("a");
        here.Region.Answer("b");
        Assert.Equal(2UL, (await GrpcClients.NextAsync(stream)).Sequence);
        Assert.Equal(3UL, (await GrpcClients.NextAsync(stream)).Sequence);
    }

    [Fact]
    public async Task What_comes_together_goes_to_its_account_together()
    {
        await using var here = await HeldHost.StartAsync();
        using var stream = here.Clients.Entries.StreamEntries();
        await stream.RequestStream.WriteAsync(GrpcClients.Message(1, GrpcClients.Usage("a", "1"), GrpcClients.Usage("b", "1"), GrpcClients.Usage("a", "2")));
        await here.Region.HoldsAsync("a: 1 2", "b: 1");
    }

    [Fact]
    public async Task While_the_accounts_do_not_answer_a_stream_takes_no_more_than_its_window_and_then_everything()
    {
        await using var here = await HeldHost.StartAsync();
        const int Total = 40_000;
        using var stream = here.Clients.Entries.StreamEntries();
        var sent = 0;
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < Total; i++)
            {
                await stream.RequestStream.WriteAsync(GrpcClients.Message((ulong)i, GrpcClients.Usage($"account-{i % 100}", $"u{i}")));
                Volatile.Write(ref sent, i + 1);
            }

            await stream.RequestStream.CompleteAsync();
        });
        await GrpcClients.PushedBackAsync(() => Volatile.Read(ref sent), Total);
        Assert.Equal(GrpcLimits.StreamEntriesUnderWayMax, here.Budget.UnderWay);
        // Those that wait in a lane count as well.
        Assert.InRange(here.Region.Entries, 100, GrpcLimits.StreamEntriesUnderWayMax);

        here.Region.AnswerAll();
        await AllInOrderAsync(stream, Total);
        await writing;
        Assert.Equal(Total, here.Region.Entries);
        await Eventually.TrueAsync(() => Task.FromResult(here.Budget.UnderWay == 0), GrpcClients.Within, "nothing is under way any more");
    }

    [Fact]
    public async Task A_reader_that_does_not_read_stops_the_reading_and_hinders_no_other_call_of_its_connection()
    {
        await using var here = await HeldHost.StartAsync();
        const int Total = 60_000;
        here.Region.AnswerAll();
        using var stream = here.Clients.Entries.StreamEntries();
        var sent = 0;
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < Total; i++)
            {
                // Refused at once, and with a sentence: the answers are longer than the questions.
                await stream.RequestStream.WriteAsync(GrpcClients.Message((ulong)i, new Entry()));
                Volatile.Write(ref sent, i + 1);
            }

            await stream.RequestStream.CompleteAsync();
        });
        await GrpcClients.PushedBackAsync(() => Volatile.Read(ref sent), Total);
        Assert.Equal(GrpcLimits.StreamEntriesUnderWayMax, here.Budget.UnderWay);

        using (var other = here.Clients.Entries.StreamEntries())
        {
            await other.RequestStream.WriteAsync(GrpcClients.Message(1, GrpcClients.Usage("other", "u")));
            Assert.Equal(OutcomeStatus.Recorded, (await GrpcClients.NextAsync(other)).Outcomes[0].Status);
        }

        Assert.Equal(OutcomeStatus.Recorded, (await here.Clients.Accounts.UseCreditAsync(new UseCreditRequest { AccountId = "other", Usage = new Usage { UsageId = "v", Amount = 1, Timestamp = 1 } })).Status);

        await AllInOrderAsync(stream, Total);
        await writing;
    }

    [Fact]
    public async Task A_stream_waits_for_its_share_of_what_the_node_has_room_for()
    {
        await using var here = await HeldHost.StartAsync();
        using (var everything = await here.Budget.TakeAsync(50_000, CancellationToken.None))
        {
            using var stream = here.Clients.Entries.StreamEntries();
            await stream.RequestStream.WriteAsync(GrpcClients.Message(1));
            await stream.RequestStream.WriteAsync(GrpcClients.Message(2, GrpcClients.Usage("a", "1")));
            Assert.Equal(1UL, (await GrpcClients.NextAsync(stream)).Sequence);
            await Eventually.TrueAsync(() => Task.FromResult(here.Budget.Waiting == 1), GrpcClients.Within, "the second message has come, and waits for its share");
            Assert.Equal((0, 1), (here.Region.Entries, here.Budget.UnderWay));
            everything!.Dispose();
            await here.Region.HoldsAsync("a: 1");
            here.Region.AnswerAll();
            Assert.Equal(2UL, (await GrpcClients.NextAsync(stream)).Sequence);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_call_that_is_given_up_gives_everything_back(bool isDeadline)
    {
        await using var here = await HeldHost.StartAsync();
        using var stream = here.Clients.Entries.StreamEntries(deadline: isDeadline ? TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(3) : null);
        for (var i = 0UL; i < 20; i++)
            await stream.RequestStream.WriteAsync(GrpcClients.Message(i, [.. Enumerable.Range(0, 100).Select(j => GrpcClients.Usage("a", $"u{i}-{j}"))]));
        await Eventually.TrueAsync(() => Task.FromResult(here.Budget.UnderWay == 2_000), GrpcClients.Within, "everything is taken");
        if (!isDeadline)
            stream.Dispose();
        await Eventually.TrueAsync(() => Task.FromResult(here.Budget.UnderWay == 0), GrpcClients.Within, "nothing is under way any more");
        // Every share was given back: all of them can be had at once.
        using var everything = await here.Budget.TakeAsync(50_000, CancellationToken.None).AsTask().WaitAsync(GrpcClients.Within);
        if (isDeadline)
            Assert.Equal(StatusCode.DeadlineExceeded, (await GrpcClients.RestAsync(stream)).End!.StatusCode);
    }

    [Fact]
    public async Task A_node_that_stops_takes_no_more_answers_what_it_has_taken_and_ends_the_stream()
    {
        await using var here = await HeldHost.StartAsync();
        using var stream = here.Clients.Entries.StreamEntries();
        await stream.RequestStream.WriteAsync(GrpcClients.Message(1, GrpcClients.Usage("a", "1")));
        await here.Region.HoldsAsync("a: 1");
        await stream.RequestStream.WriteAsync(GrpcClients.Message(2, GrpcClients.Usage("a", "2")));
        await Eventually.TrueAsync(() => Task.FromResult(here.Budget.UnderWay == 2), GrpcClients.Within, "both are taken");

        var begun = new TaskCompletionSource();
        using var begins = here.Host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(begun.SetResult);
        var stopped = here.Host.StopAsync();
        await begun.Task.WaitAsync(GrpcClients.Within);
        here.Region.AnswerAll();
        var (answers, end) = await GrpcClients.RestAsync(stream);
        Assert.Equal([1, 2], answers.Select(answer => answer.Sequence));
        Assert.Equal((StatusCode.Unavailable, "unavailable"), (end!.StatusCode, GrpcClients.CodeOf(end)));
        await stopped.WaitAsync(GrpcClients.Within);
    }

    [Fact]
    public async Task A_fault_of_ours_ends_the_stream_as_one_and_tells_nothing()
    {
        await using var here = await HeldHost.StartAsync();
        using var stream = here.Clients.Entries.StreamEntries();
        await stream.RequestStream.WriteAsync(GrpcClients.Message(1, GrpcClients.Usage("a", "1")));
        await here.Region.HoldsAsync("a: 1");
        here.Region.AnswerNonsense();
        var (answers, end) = await GrpcClients.RestAsync(stream);
        Assert.Empty(answers);
        Assert.Equal((StatusCode.Internal, "fault", "A fault of the service; it is in its log."), (end!.StatusCode, GrpcClients.CodeOf(end), end.Status.Detail));
        await Eventually.TrueAsync(() => Task.FromResult(here.Budget.UnderWay == 0), GrpcClients.Within, "nothing is under way any more");
    }

    private static async Task AllInOrderAsync(AsyncDuplexStreamingCall<StreamEntriesRequest, StreamEntriesResponse> stream, int total)
    {
        var (answers, end) = await GrpcClients.RestAsync(stream);
        Assert.Null(end);
        Assert.Equal(Enumerable.Range(0, total).Select(i => (ulong)i), answers.Select(answer => answer.Sequence));
    }
}
