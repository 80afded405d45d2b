using Host.Tests.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Host.Tests.Http;

public sealed class BalanceNowTests
{
    [Fact]
    public async Task Now_is_the_clocks_Unix_millisecond()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1_769_857_200_123));
        await using var host = await InProcessHost.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(clock));
        await host.PostJsonAsync("/v1/accounts/now/credits", """{"creditId":"c","amount":10,"timestamp":1769857200123,"expiration":1}""");
        Assert.Equal("""{"accountId":"now","at":1769857200123,"balance":10,"version":1}""", (await host.GetJsonAsync("/v1/accounts/now/balance")).Body.ToJsonString());
        clock.Advance(TimeSpan.FromMilliseconds(2));
        Assert.Equal("""{"accountId":"now","at":1769857200125,"balance":null,"version":1}""", (await host.GetJsonAsync("/v1/accounts/now/balance")).Body.ToJsonString());
    }
}
