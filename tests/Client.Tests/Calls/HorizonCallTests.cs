using GpuCredit.Client;
using Host.Tests.Running;
using Microsoft.Extensions.DependencyInjection;

namespace Client.Tests.Calls;

/// <summary>What is before the horizon, over each transport.</summary>
public sealed class HorizonCallTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(10_000);

    [Fact]
    public async Task An_entry_before_the_horizon_is_late_and_a_question_has_no_answer()
    {
        var clock = new SetClock { Now = Now };
        await using var host = await InProcessHost.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(clock), "--GpuCredit:Horizon", "1000");
        var http = new HttpGpuCreditClient(new HttpClient { BaseAddress = host.Client.BaseAddress });
        using var grpc = new GrpcGpuCreditClient(host.GrpcAddress);
        foreach (var (client, account) in new (IGpuCreditClient, string)[] { (http, "http"), (grpc, "grpc") })
        {
            clock.Now = Now;
            await client.UseCreditAsync(account, "u", 1, 9_000);
            clock.Now = Now.AddMilliseconds(500);
            Assert.Equal(OutcomeStatus.Recorded, (await client.UseCreditAsync(account, "v", 1, 10_500)).Status);
            var late = await client.UseCreditAsync(account, "w", 1, 9_499);
            Assert.Equal((OutcomeStatus.Late, true), (late.Status, late.IsRefused));
            var balance = await client.GetBalanceAsync(account, 9_499);
            Assert.Equal((BalanceStatus.BeforeHorizon, "at", "at must not be before the account's horizon, 9500: those books are closed"), (balance.Status, balance.Field, balance.Detail));
            Assert.Throws<InvalidOperationException>(() => balance.Balance);
            Assert.Equal(BalanceStatus.Answered, (await client.GetBalanceAsync(account, 9_500)).Status);
        }
    }

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
