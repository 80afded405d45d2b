using System.Net;
using GpuCredit.Host.Http;
using Host.Tests.Running;

namespace Host.Tests.Http;

public sealed class InFlightLimitTests
{
    [Fact]
    public async Task Beyond_the_limit_a_batch_is_told_at_once_to_come_back_and_health_is_not()
    {
        await using var host = await InProcessHost.StartAsync();
        var waiting = new List<SlowRequest>();
        try
        {
            // The headers are here and the bodies aren't: the requests are being answered.
            for (var i = 0; i < HttpLimits.BatchesInFlightMax; i++)
            {
                waiting.Add(await SlowRequest.StartAsync(host.Client.BaseAddress!, "/v1/entries"));
                await Task.WhenAll(waiting.Select(request => request.StayAwakeAsync()));
            }

            using (var refused = await host.PostAsync("/v1/entries", "[]"))
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
                Assert.NotNull(refused.Headers.RetryAfter);
                Assert.Equal("unavailable", (string?)(await InProcessHost.JsonOf(refused))["code"]);
            }

            // A batch of events is a batch too, and one event isn't.
            Assert.Equal(503, (await host.PostJsonAsync("/v1/events", "[]", "application/cloudevents-batch+json")).Status);
            Assert.Equal(400, (await host.PostJsonAsync("/v1/events", "{}", "application/cloudevents+json")).Status);
            Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync("/healthz/live")).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync("/v1/accounts/a/balance?at=1")).StatusCode);

            waiting[0].Dispose();
            await Eventually.TrueAsync(async () => (await host.PostJsonAsync("/v1/entries", "[]")).Status == 200, TimeSpan.FromSeconds(30), "a place is free again");
        }
        finally
        {
            waiting.ForEach(request => request.Dispose());
        }
    }
}
