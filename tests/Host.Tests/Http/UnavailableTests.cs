using System.Net;
using Host.Tests.EventStore;
using Host.Tests.Running;
using Microsoft.Data.Sqlite;

namespace Host.Tests.Http;

public sealed class UnavailableTests
{
    [Fact]
    public async Task While_the_store_cannot_write_entries_are_unavailable_and_afterwards_sending_all_again_is_safe()
    {
        using var folder = new TemporaryFolder();
        await using var host = await InProcessHost.StartAsync("--GpuCredit:Store", "sqlite", "--GpuCredit:ConnectionString", $"Data Source={folder["ledger.db"]};Default Timeout=1");
        const string Batch = """[{"accountId":"a","usageId":"u","amount":1,"timestamp":1},{"accountId":"a","usageId":"u","amount":"1","timestamp":1}]""";
        const string Credit = """{"creditId":"c","amount":10,"timestamp":1,"expiration":30}""";

        await using (var other = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = folder["ledger.db"], Pooling = false }.ConnectionString))
        {
            await other.OpenAsync();
            await using var locked = other.BeginTransaction(deferred: false);

            using var batch = await host.PostAsync("/v1/entries", Batch);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, batch.StatusCode);
            Assert.NotNull(batch.Headers.RetryAfter);
            Assert.Equal(["unavailable", "rejected"], (await InProcessHost.JsonOf(batch)).AsArray().Select(outcome => (string?)outcome!["status"]));

            using var credit = await host.PostAsync("/v1/accounts/b/credits", Credit);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, credit.StatusCode);
            Assert.NotNull(credit.Headers.RetryAfter);
            Assert.Equal("unavailable", (string?)(await InProcessHost.JsonOf(credit))["code"]);
        }

        await Eventually.TrueAsync(async () => (await host.PostJsonAsync("/v1/entries", Batch)).Status == 200, TimeSpan.FromSeconds(60), "the store writes again");
        await Eventually.TrueAsync(async () => (await host.PostJsonAsync("/v1/accounts/b/credits", Credit)).Status is 200 or 201, TimeSpan.FromSeconds(60), "the store writes again");
        Assert.Equal(10, (long)(await host.GetJsonAsync("/v1/accounts/b/balance?at=1")).Body["balance"]!);
        Assert.Equal(1, (long)(await host.GetJsonAsync("/v1/accounts/a/balance?at=1")).Body["version"]!);
    }
}
