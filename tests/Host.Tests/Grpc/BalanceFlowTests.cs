using Grpc.Core;
using GpuCredit.Host.Grpc;
using GpuCredit.V1;
using Host.Tests.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Host.Tests.Grpc;

/// <summary>How much a stream of balances takes, when it stops taking, and what becomes of it: with accounts that answer when the test lets them.</summary>
public sealed class BalanceFlowTests
{
    [Fact]
    public async Task An_account_that_takes_long_holds_up_no_other_of_its_stream_nor_of_its_message()
    {
        await using var here = await HoldingAsync();
        using var stream = new QuestionStream(here.Clients);
        await stream.AskAsync(QuestionStream.Question(1, "slow", 11), QuestionStream.Question(2, "fast", 12), QuestionStream.Question(3, "slow", 13));
        await stream.AskAsync(QuestionStream.Question(4, "fast", 14));
        await here.Region.HoldsAsync("slow: at 11", "fast: at 12", "slow: at 13", "fast: at 14");
        here.Region.Answer("fast");
        Assert.Equal([2UL, 4], (await stream.NextAsync(2)).Select(answer => answer.Sequence).Order().ToList());
        Assert.Equal(2, here.Questions.UnderWay);

        here.Region.Answer("slow");
        await stream.CompleteAsync();
        var (answers, end) = await stream.RestAsync();
        Assert.Equal([1UL, 3], answers.Select(answer => answer.Sequence).Order().ToList());
        Assert.Null(end);
    }

    [Fact]
    public async Task What_an_account_cannot_answer_is_an_error_of_its_question_in_the_words_of_a_question_by_itself()
    {
        await using var here = await HoldingAsync();
        using var stream = new QuestionStream(here.Clients);
        foreach (var (fail, code, account) in ((Action, string, string)[])
        [
            (here.Region.AnswerUnavailable, "unavailable", "away"),
            (() => here.Region.Fail(new OperationCanceledException("given up")), "unavailable", "given-up"),
            (here.Region.AnswerNonsense, "fault", "faulty"),
        ])
        {
            var byItself = here.Clients.Accounts.GetBalanceAsync(new GetBalanceRequest { AccountId = account, At = 1 }).ResponseAsync;
            await stream.AskAsync(QuestionStream.Question(1, account, 2));
            await Eventually.TrueAsync(() => Task.FromResult(here.Region.Held.Count(held => held.StartsWith(account, StringComparison.Ordinal)) == 2), GrpcClients.Within, "both are held");
            fail();
            var refused = await Assert.ThrowsAsync<RpcException>(() => byItself);
            var error = Assert.Single(await stream.NextAsync(1)).Error;
            Assert.Equal(
                (code, refused.Status.Detail, refused.Trailers.GetValue("grpc-retry-pushback-ms")),
                (error.Code, error.Detail, error.HasRetryAfterMs ? $"{error.RetryAfterMs}" : null));
            Assert.Equal((code, false), (GrpcClients.CodeOf(refused), error.HasField));
        }

        // And the stream goes on.
        here.Region.AnswerAll();
        await stream.AskAsync(QuestionStream.Question(2, "b"));
        Assert.Null(Assert.Single(await stream.NextAsync(1)).Error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_accounts_do_not_answer_or_the_client_does_not_read_a_stream_takes_no_more_than_its_window_and_then_everything(bool isAnswered)
    {
        await using var here = await HoldingAsync();
        const int Total = 40_000;
        using var stream = new QuestionStream(here.Clients);
        var sent = 0;
        var asking = Task.Run(async () =>
        {
            for (var i = 0; i < Total; i++)
            {
                // Refused at once, and with a sentence, so that the answers are longer than the questions; or held.
                await stream.AskAsync(isAnswered ? new BalanceQuestion { Sequence = (ulong)i } : QuestionStream.Question((ulong)i, $"account-{i % 100}"));
                Volatile.Write(ref sent, i + 1);
            }

            await stream.CompleteAsync();
        });
        await GrpcClients.PushedBackAsync(() => Volatile.Read(ref sent), Total);
        Assert.Equal(GrpcLimits.StreamQuestionsUnderWayMax, here.Questions.UnderWay);

        // Nobody else is hindered, on the same connection.
        using (var other = new QuestionStream(here.Clients))
        {
            await other.AskAsync(new BalanceQuestion());
            Assert.Equal("rejected", Assert.Single(await other.NextAsync(1)).Error.Code);
        }

        here.Region.AnswerAll();
        var (answers, end) = await stream.RestAsync();
        await asking;
        Assert.Null(end);
        Assert.Equal(Enumerable.Range(0, Total).Select(i => (ulong)i), answers.Select(answer => answer.Sequence).Order());
        await Eventually.TrueAsync(() => Task.FromResult(here.Questions.UnderWay == 0), GrpcClients.Within, "nothing is under way any more");
    }

    [Fact]
    public async Task A_stream_waits_for_its_share_of_what_the_node_has_room_for_and_not_for_that_of_entries()
    {
        await using var here = await HoldingAsync();
        here.Region.AnswerAll();
        using var stream = new QuestionStream(here.Clients);
        using var entries = await here.Budget.TakeAsync(50_000, CancellationToken.None);
        await stream.AskAsync(QuestionStream.Question(1, "a"));
        await stream.NextAsync(1);
        using (await here.Questions.TakeAsync(25_000, CancellationToken.None))
        {
            await stream.AskAsync(QuestionStream.Question(2, "a"));
            await Eventually.TrueAsync(() => Task.FromResult(here.Questions.Waiting == 1), GrpcClients.Within, "the question has come, and waits for its share");
        }

        await stream.NextAsync(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_call_that_is_given_up_gives_everything_back(bool isDeadline)
    {
        await using var here = await HoldingAsync();
        using var stream = new QuestionStream(here.Clients, isDeadline ? TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(3) : null);
        for (var i = 0UL; i < 20; i++)
            await stream.AskAsync(Enumerable.Range(0, 100).Select(j => QuestionStream.Question(i, "a", j)));
        await Eventually.TrueAsync(() => Task.FromResult(here.Questions.UnderWay == 2_000), GrpcClients.Within, "everything is taken");
        if (!isDeadline)
            stream.Dispose();
        await Eventually.TrueAsync(() => Task.FromResult(here.Questions.UnderWay == 0), GrpcClients.Within, "nothing is under way any more");
        // Every share was given back: all of them can be had at once.
        using var everything = await here.Questions.TakeAsync(25_000, CancellationToken.None).AsTask().WaitAsync(GrpcClients.Within);
        if (isDeadline)
            Assert.Equal(StatusCode.DeadlineExceeded, (await stream.RestAsync()).End!.StatusCode);
    }

    [Fact]
    public async Task A_node_that_stops_takes_no_more_answers_what_it_has_taken_and_ends_the_stream()
    {
        await using var here = await HoldingAsync();
        using var stream = new QuestionStream(here.Clients);
        await stream.AskAsync(QuestionStream.Question(1, "a", 1));
        await stream.AskAsync(QuestionStream.Question(2, "a", 2));
        await here.Region.HoldsAsync("a: at 1", "a: at 2");

        // A third waits for room when the node stops: it isn't taken.
        using var everything = await here.Questions.TakeAsync(24_998, CancellationToken.None);
        await stream.AskAsync(QuestionStream.Question(3, "a", 3));
        await Eventually.TrueAsync(() => Task.FromResult(here.Questions.Waiting == 1), GrpcClients.Within, "the third waits");
        var begun = new TaskCompletionSource();
        using var begins = here.Host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(begun.SetResult);
        var stopped = here.Host.StopAsync();
        await begun.Task.WaitAsync(GrpcClients.Within);
        here.Region.AnswerAll();
        var (answers, end) = await stream.RestAsync();
        Assert.Equal([1UL, 2], answers.Select(answer => answer.Sequence).Order().ToList());
        Assert.Equal((StatusCode.Unavailable, "unavailable"), (end!.StatusCode, GrpcClients.CodeOf(end)));
        await stopped.WaitAsync(GrpcClients.Within);
    }

    [Fact]
    public async Task A_client_that_still_asks_when_the_process_is_told_to_stop_reads_every_answer_to_what_was_taken_and_why_it_ends()
    {
        using var folder = new EventStore.TemporaryFolder();
        await using var child = ChildProcess.Start(folder.Path, ["--urls", "http://127.0.0.1:0", "--GpuCredit:OpsUrl", "http://127.0.0.1:0", "--GpuCredit:GrpcUrl", "http://127.0.0.1:0"]);
        using var clients = new GrpcClients((await child.DoorsAsync()).Grpc);
        await clients.ServingAsync();
        using var stream = new QuestionStream(clients);
        var asking = Task.Run(async () =>
        {
            for (var i = 0UL; ; i++)
                await stream.AskAsync(QuestionStream.Question(i, $"account-{i % 20}"));
        });
        var answers = new List<BalanceAnswer>();
        while (answers.Count < 500)
            answers.AddRange(await stream.NextAsync());
        child.Signal("TERM");
        var (rest, end) = await stream.RestAsync();
        answers.AddRange(rest);
        Assert.True(end is { StatusCode: StatusCode.Unavailable } && GrpcClients.CodeOf(end) == "unavailable", $"{end}\n{child.Output}");
        Assert.Equal(0, await child.EndAsync());
        await Assert.ThrowsAnyAsync<Exception>(() => asking);
        Assert.Equal(Enumerable.Range(0, answers.Count).Select(i => (ulong)i), answers.Select(answer => answer.Sequence).Order());
    }

    /// <summary>Its accounts hold questions until the test lets them.</summary>
    private static async Task<HeldHost> HoldingAsync()
    {
        var here = await HeldHost.StartAsync();
        here.Region.HoldsQuestions = true;
        return here;
    }
}
