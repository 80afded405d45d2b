using Grpc.Core;
using GpuCredit.V1;
using Host.Tests.Running;

namespace Host.Tests.Grpc;

[Collection(SharedHost.Name)]
public sealed class AccountCallsTests(HostFixture fixture) : IDisposable
{
    private readonly GrpcClients _clients = new(fixture.Host);

    public void Dispose() => _clients.Dispose();

    [Fact]
    public async Task The_second_seed_example_by_gRPC()
    {
        const string Account = "grpc-seed";
        var amazon = await AddAsync(Account, new Credit { CreditId = "amazon", Amount = 40, Timestamp = 10, Expiration = 50 });
        Assert.Equal((OutcomeStatus.Recorded, 1), amazon);
        var used = await _clients.Accounts.UseCreditAsync(new UseCreditRequest { AccountId = Account, Usage = new Usage { UsageId = "job", Amount = 30, Timestamp = 30 } });
        Assert.Equal((OutcomeStatus.Recorded, 2), (used.Status, used.Version));
        Assert.Equal(10, await BalanceAsync(Account, 40));
        await AddAsync(Account, new Credit { CreditId = "google", Amount = 20, Timestamp = 60, Expiration = 10 });
        Assert.Equal([30, 20, 20, null], [await BalanceAsync(Account, 60), await BalanceAsync(Account, 61), await BalanceAsync(Account, 70), await BalanceAsync(Account, 71)]);
    }

    [Fact]
    public async Task What_is_known_already_is_OK_and_says_so()
    {
        const string Account = "grpc-known";
        var credit = new Credit { CreditId = "c", Amount = 40, Timestamp = 10, Expiration = 50, Priority = 0, Revision = 1 };
        Assert.Equal((OutcomeStatus.Recorded, 1), await AddAsync(Account, credit));
        Assert.Equal((OutcomeStatus.Duplicate, 1), await AddAsync(Account, credit));
        Assert.Equal((OutcomeStatus.Superseded, 1), await AddAsync(Account, new Credit(credit) { Revision = 0 }));
        Assert.Equal((OutcomeStatus.Recorded, 2), await AddAsync(Account, new Credit(credit) { Revision = 2, Amount = 0 }));
    }

    [Fact]
    public async Task An_account_that_nothing_has_named_has_no_balance()
    {
        var answer = await _clients.Accounts.GetBalanceAsync(new GetBalanceRequest { AccountId = "grpc-nobody", At = -5 });
        Assert.Equal(("grpc-nobody", -5, false, 0), (answer.AccountId, answer.At, answer.HasBalance, answer.Version));
    }

    [Fact]
    public async Task A_time_may_be_a_text_and_the_balance_is_asked_of_now_unless_told_otherwise()
    {
        const string Account = "grpc-times";
        await AddAsync(Account, new Credit { CreditId = "c", Amount = 7, TimestampRfc3339 = "2026-01-31T12:00:00.001Z", Expiration = 1L << 50 });
        var start = new DateTimeOffset(2026, 1, 31, 12, 0, 0, 1, TimeSpan.Zero).ToUnixTimeMilliseconds();
        Assert.Equal([null, 7], [await BalanceAsync(Account, start - 1), await BalanceAsync(Account, start)]);
        var byText = await _clients.Accounts.GetBalanceAsync(new GetBalanceRequest { AccountId = Account, AtRfc3339 = "2026-01-31T13:00:00.001+01:00" });
        Assert.Equal((start, 7), (byText.At, byText.Balance));
        var now = await _clients.Accounts.GetBalanceAsync(new GetBalanceRequest { AccountId = Account });
        Assert.InRange(now.At, TimeProvider.System.GetUtcNow().AddMinutes(-1).ToUnixTimeMilliseconds(), TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task A_batch_has_an_outcome_for_each_entry_in_order()
    {
        var answer = await _clients.Entries.RecordEntriesAsync(new RecordEntriesRequest
        {
            Entries =
            {
                GrpcClients.Usage("grpc-batch-a", "u"),
                new Entry(),
                GrpcClients.Usage("grpc-batch-b", "u"),
                GrpcClients.Usage("grpc-batch-a", "u"),
                GrpcClients.Usage("grpc-batch-a", "u", amount: 2),
                GrpcClients.Usage("grpc-batch-a", "u", amount: 2, revision: 1),
            },
        });
        Assert.Equal(
            [OutcomeStatus.Recorded, OutcomeStatus.Rejected, OutcomeStatus.Recorded, OutcomeStatus.Duplicate, OutcomeStatus.Conflict, OutcomeStatus.Recorded],
            answer.Outcomes.Select(outcome => outcome.Status));
        Assert.False(answer.HasRetryAfterMs);
        Assert.Empty((await _clients.Entries.RecordEntriesAsync(new RecordEntriesRequest())).Outcomes);
    }

    [Theory]
    [InlineData(10_000, StatusCode.OK)]
    [InlineData(10_001, StatusCode.ResourceExhausted)]
    public async Task A_batch_with_too_many_entries_is_refused_whole(int count, StatusCode expected)
    {
        var account = $"grpc-many-{count}";
        var request = new RecordEntriesRequest();
        request.Entries.AddRange(Enumerable.Range(0, count).Select(i => GrpcClients.Usage(account, $"u{i}")));
        if (expected == StatusCode.OK)
        {
            Assert.All((await _clients.Entries.RecordEntriesAsync(request)).Outcomes, outcome => Assert.Equal(OutcomeStatus.Recorded, outcome.Status));
            return;
        }

        var refused = await Assert.ThrowsAsync<RpcException>(() => _clients.Entries.RecordEntriesAsync(request).ResponseAsync);
        Assert.Equal((expected, "too_large"), (refused.StatusCode, GrpcClients.CodeOf(refused)));
        Assert.Equal(0, (await _clients.Accounts.GetBalanceAsync(new GetBalanceRequest { AccountId = account, At = 1 })).Version);
    }

    private async Task<(OutcomeStatus Status, long Version)> AddAsync(string account, Credit credit)
    {
        var answer = await _clients.Accounts.AddCreditAsync(new AddCreditRequest { AccountId = account, Credit = credit });
        return (answer.Status, answer.Version);
    }

    private async Task<long?> BalanceAsync(string account, long at)
    {
        var answer = await _clients.Accounts.GetBalanceAsync(new GetBalanceRequest { AccountId = account, At = at });
        return answer.HasBalance ? answer.Balance : null;
    }
}
