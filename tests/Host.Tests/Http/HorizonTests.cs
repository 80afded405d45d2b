using System.Text.Json.Nodes;
using GpuCredit.V1;
using Grpc.Core;
using Host.Tests.Grpc;
using Host.Tests.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Host.Tests.Http;

/// <summary>A Host with a horizon of 1,000 ticks: both doors, and every outcome, at ticks before, on and after it.</summary>
public sealed class HorizonTests : IAsyncLifetime, IDisposable
{
    private const string Account = "/v1/accounts/closing";
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeMilliseconds(10_000));
    private InProcessHost _host = null!;
    private GrpcClients _grpc = null!;

    public async Task InitializeAsync()
    {
        _host = await InProcessHost.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(_clock), "--GpuCredit:Horizon", "1000");
        _grpc = new(_host);
        await PostAsync("credits", """{"creditId":"runs","amount":100,"timestamp":9000,"expiration":100000}""", 201);
        await PostAsync("usages", """{"usageId":"u","amount":5,"timestamp":9000}""", 201);
        await PostAsync("usages", """{"usageId":"u","amount":7,"timestamp":9001,"revision":1}""", 201);
        _clock.Advance(TimeSpan.FromMilliseconds(500));
        await PostAsync("usages", """{"usageId":"v","amount":1,"timestamp":10500}""", 201); // closes before 9500
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    public void Dispose() => _grpc.Dispose();

    [Fact]
    public async Task What_is_before_the_horizon_is_late_by_every_call()
    {
        var problem = await PostAsync("usages", """{"usageId":"late","amount":1,"timestamp":9499}""", 422);
        Assert.Equal(("late", 422, 4L), ((string?)problem["code"], (int?)problem["status"], (long?)problem["version"]));
        var batch = (await _host.PostJsonAsync("/v1/entries", """[{"accountId":"closing","usageId":"late","amount":1,"timestamp":9499},{"accountId":"closing","usageId":"on","amount":1,"timestamp":9500}]""")).Body;
        Assert.Equal(["late", "recorded"], batch.AsArray().Select(outcome => (string?)outcome!["status"]));
        var byGrpc = await Assert.ThrowsAsync<RpcException>(() => _grpc.Accounts.UseCreditAsync(
            new UseCreditRequest { AccountId = "closing", Usage = new Usage { UsageId = "late", Amount = 1, Timestamp = 9_499 } }).ResponseAsync);
        Assert.Equal((StatusCode.FailedPrecondition, "late"), (byGrpc.StatusCode, byGrpc.Trailers.GetValue("gpucredit-code")));
        Assert.Equal("recorded", (string?)(await PostAsync("usages", """{"usageId":"late","amount":1,"timestamp":9500}""", 201))["status"]);
    }

    [Fact]
    public async Task What_was_folded_is_known_by_its_id_and_what_still_runs_is_amended()
    {
        await PostAsync("usages", """{"usageId":"u","amount":7,"timestamp":9001,"revision":1}""", 200, "duplicate");
        await PostAsync("usages", """{"usageId":"u","amount":5,"timestamp":9000}""", 200, "superseded");
        await PostAsync("usages", """{"usageId":"u","amount":7,"timestamp":10000,"revision":2}""", 422);
        await PostAsync("credits", """{"creditId":"runs","amount":99,"timestamp":9000,"expiration":100000}""", 409);
        await PostAsync("credits", """{"creditId":"new","amount":1,"timestamp":9400,"expiration":100000}""", 422);
        await PostAsync("usages", """{"usageId":"w","amount":-1,"timestamp":9400}""", 400);
        await PostAsync("credits", """{"creditId":"runs","amount":20,"timestamp":9000,"expiration":100000,"revision":1}""", 201);
        Assert.Equal((13, 12), (await BalanceAsync(9_500), await BalanceAsync(10_500)));
        await PostAsync("credits", """{"creditId":"runs","amount":20,"timestamp":9000,"expiration":100000,"priority":1,"revision":2}""", 422);
    }

    [Fact]
    public async Task A_question_before_the_closed_horizon_is_refused_by_both_doors_in_the_same_words()
    {
        var (status, problem) = await _host.GetJsonAsync($"{Account}/balance?at=9499");
        Assert.Equal((422, "before_horizon", "at"), (status, (string?)problem["code"], (string?)problem["field"]));
        Assert.Equal("at must not be before the account's horizon, 9500: those books are closed", (string?)problem["detail"]);
        var byGrpc = await Assert.ThrowsAsync<RpcException>(() => _grpc.Accounts.GetBalanceAsync(new GetBalanceRequest { AccountId = "closing", At = 9_499 }).ResponseAsync);
        Assert.Equal(
            (StatusCode.OutOfRange, "before_horizon", "at", (string?)problem["detail"]),
            (byGrpc.StatusCode, byGrpc.Trailers.GetValue("gpucredit-code"), byGrpc.Trailers.GetValue("gpucredit-field"), byGrpc.Status.Detail));
        using var questions = new QuestionStream(_grpc);
        await questions.AskAsync(QuestionStream.Question(1, "closing", at: 9_499));
        Assert.Equal(
            new BalanceAnswer { Sequence = 1, Error = new BalanceError { Code = "before_horizon", Field = "at", Detail = byGrpc.Status.Detail } },
            Assert.Single(await questions.NextAsync(1)));
        Assert.Equal((93, 92), (await BalanceAsync(9_500), await BalanceAsync(10_500)));

        _clock.Advance(TimeSpan.FromMilliseconds(100)); // no write, no closing
        Assert.Equal(93, await BalanceAsync(9_500));
        Assert.Matches("""gpucredit_questions_total\{[^}]*result="before_horizon"[^}]*\} """, await _host.Ops.GetStringAsync("/metrics"));
    }

    private async Task<JsonNode> PostAsync(string calls, string body, int expected, string? status = null)
    {
        var (answered, json) = await _host.PostJsonAsync($"{Account}/{calls}", body);
        Assert.True(answered == expected, $"{body}: {answered} {json.ToJsonString()}");
        if (status is not null)
            Assert.Equal(status, (string?)json["status"]);
        return json;
    }

    private async Task<long?> BalanceAsync(long at) => (long?)(await _host.GetJsonAsync($"{Account}/balance?at={at}")).Body["balance"];
}
