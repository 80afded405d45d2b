using Grpc.Core;
using GpuCredit.V1;
using Host.Tests.Running;

namespace Host.Tests.Grpc;

/// <summary>What is answered by a stream of balances is what a question by itself is answered.</summary>
[Collection(SharedHost.Name)]
public sealed class BalanceStreamTests(HostFixture fixture) : IDisposable
{
    private readonly GrpcClients _clients = new(fixture.Host);

    public void Dispose() => _clients.Dispose();

    [Fact]
    public async Task Each_question_of_a_stream_is_answered_as_it_is_by_itself()
    {
        const string Account = "asked-stream";
        await _clients.Accounts.AddCreditAsync(new AddCreditRequest { AccountId = Account, Credit = new Credit { CreditId = "c", Amount = 7, Timestamp = 10, Expiration = 20 } });
        await _clients.Accounts.UseCreditAsync(new UseCreditRequest { AccountId = Account, Usage = new Usage { UsageId = "u", Amount = 5, Timestamp = 20 } });
        GetBalanceRequest[] requests =
        [
            new() { AccountId = Account, At = 9 },
            new() { AccountId = Account, At = 10 },
            new() { AccountId = Account, At = 0 },
            new() { AccountId = Account, At = 20 },
            new() { AccountId = Account, AtRfc3339 = "1970-01-01T00:00:00.020Z" },
            new() { AccountId = "asked-nobody", At = -5 },
            new() { At = 1 },
            new() { AccountId = "", At = 1 },
            new() { AccountId = "a b", At = 1 },
            new() { AccountId = "..", At = 1 },
            new() { AccountId = new string('x', 129), At = 1 },
            new() { AccountId = Account, At = 1L << 53 },
            new() { AccountId = Account, At = long.MinValue },
            new() { AccountId = Account, At = 1, AtRfc3339 = "1970-01-01T00:00:00.020Z" },
            new() { AccountId = Account, AtRfc3339 = "2026-01-31T12:00:60Z" },
            new() { AccountId = Account, AtRfc3339 = "" },
        ];
        using var stream = new QuestionStream(_clients);
        await stream.AskAsync(requests.Select((request, i) => QuestionOf(request, (ulong)i)));
        var answers = (await stream.NextAsync(requests.Length)).OrderBy(answer => answer.Sequence).ToList();
        for (var i = 0; i < requests.Length; i++)
        {
            Assert.Equal(await ByItselfAsync(requests[i], (ulong)i), answers[i]);
            // And one after another, so that nothing of one answer is left in the next.
            await stream.AskAsync(QuestionOf(requests[i], (ulong)i));
            Assert.Equal(answers[i], Assert.Single(await stream.NextAsync(1)));
        }

        Assert.Equal(3, answers.Count(answer => answer.HasBalance));
        Assert.Equal(10, answers.Count(answer => answer.Error?.Code == "rejected"));
    }

    [Fact]
    public async Task A_question_is_about_now_unless_told_otherwise()
    {
        using var stream = new QuestionStream(_clients);
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        await stream.AskAsync(new BalanceQuestion { AccountId = "asked-now" });
        var answer = Assert.Single(await stream.NextAsync(1));
        Assert.InRange(answer.At, before, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        Assert.Equal((0UL, false, true, 0), (answer.Sequence, answer.HasBalance, answer.HasVersion, answer.Version));
    }

    [Fact]
    public async Task What_was_acknowledged_before_a_question_is_in_its_answer()
    {
        using var stream = new QuestionStream(_clients);
        for (var i = 1; i <= 20; i++)
        {
            await _clients.Entries.RecordEntriesAsync(new RecordEntriesRequest { Entries = { GrpcClients.Usage("asked-after", $"u{i}") } });
            await stream.AskAsync(QuestionStream.Question(7, "asked-after"));
            Assert.Equal(i, Assert.Single(await stream.NextAsync(1)).Version);
        }
    }

    [Fact]
    public async Task Many_questions_are_answered_once_each_then_the_stream_ends_with_OK()
    {
        const int Messages = 100;
        const int PerMessage = 300;
        using var stream = new QuestionStream(_clients);
        await stream.AskAsync();
        var asking = Task.Run(async () =>
        {
            for (var message = 0; message < Messages; message++)
                await stream.AskAsync(Enumerable.Range(message * PerMessage, PerMessage).Select(i => QuestionStream.Question((ulong)i, $"asked-many-{i % 50}", at: i)));
            await stream.CompleteAsync();
        });
        var (answers, end) = await stream.RestAsync();
        await asking;
        Assert.Null(end);
        Assert.Equal(Enumerable.Range(0, Messages * PerMessage).Select(i => (ulong)i), answers.Select(answer => answer.Sequence).Order());
        Assert.All(answers, answer => Assert.Equal((long)answer.Sequence, answer.At));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_with_nothing_to_answer_ends_with_OK_when_the_client_closes_its_side(bool isUsed)
    {
        using var stream = new QuestionStream(_clients);
        if (isUsed)
        {
            await stream.AskAsync(QuestionStream.Question(1, "asked-end"));
            await stream.NextAsync(1);
        }

        await stream.CompleteAsync();
        var (answers, end) = await stream.RestAsync();
        Assert.Empty(answers);
        Assert.Null(end);
    }

    [Fact]
    public async Task A_message_of_as_many_questions_as_there_may_be_with_the_longest_ids_is_taken()
    {
        using var stream = new QuestionStream(_clients);
        await stream.AskAsync(Enumerable.Range(0, 300).Select(i => new BalanceQuestion
        {
            Sequence = ulong.MaxValue, AccountId = $"{i:D3}".PadRight(128, 'x'), AtRfc3339 = "2026-01-31T13:00:00.001000000+01:00",
        }));
        Assert.All(await stream.NextAsync(300), answer => Assert.Equal((ulong.MaxValue, null), (answer.Sequence, answer.Error)));
    }

    [Fact]
    public async Task A_message_with_too_many_questions_ends_the_stream_after_the_answers_to_what_came_before_it()
    {
        using var stream = new QuestionStream(_clients);
        await stream.AskAsync(Enumerable.Range(0, 300).Select(i => QuestionStream.Question((ulong)i, "asked-most")));
        await stream.AskAsync(Enumerable.Range(300, 301).Select(i => QuestionStream.Question((ulong)i, "asked-most")));
        var (answers, end) = await stream.RestAsync();
        Assert.Equal(Enumerable.Range(0, 300).Select(i => (ulong)i), answers.Select(answer => answer.Sequence).Order());
        Assert.Equal(
            (StatusCode.ResourceExhausted, "too_large", "A message of a stream takes at most 300 questions; nothing of it was done."),
            (end!.StatusCode, GrpcClients.CodeOf(end), end.Status.Detail));
    }

    private static BalanceQuestion QuestionOf(GetBalanceRequest request, ulong sequence)
    {
        var question = new BalanceQuestion { Sequence = sequence };
        if (request.HasAccountId)
            question.AccountId = request.AccountId;
        if (request.HasAt)
            question.At = request.At;
        if (request.HasAtRfc3339)
            question.AtRfc3339 = request.AtRfc3339;
        return question;
    }

    /// <summary>What GetBalance says, in the words of a stream.</summary>
    private async Task<BalanceAnswer> ByItselfAsync(GetBalanceRequest request, ulong sequence)
    {
        try
        {
            var answer = await _clients.Accounts.GetBalanceAsync(request);
            var expected = new BalanceAnswer { Sequence = sequence, At = answer.At, Version = answer.Version };
            if (answer.HasBalance)
                expected.Balance = answer.Balance;
            return expected;
        }
        catch (RpcException refused)
        {
            var error = new BalanceError { Code = GrpcClients.CodeOf(refused), Field = refused.Trailers.GetValue("gpucredit-field"), Detail = refused.Status.Detail };
            return new BalanceAnswer { Sequence = sequence, Error = error };
        }
    }
}
