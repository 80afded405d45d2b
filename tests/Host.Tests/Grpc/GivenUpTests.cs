using Grpc.Core;
using GpuCredit.V1;

namespace Host.Tests.Grpc;

/// <summary>A call that the Host gives up while the caller still waits says nothing against the caller's message.</summary>
public sealed class GivenUpTests
{
    [Fact]
    public async Task A_call_that_is_given_up_here_is_unavailable()
    {
        await using var here = await HeldHost.StartAsync();
        var call = here.Clients.Accounts.UseCreditAsync(new UseCreditRequest { AccountId = "a", Usage = new Usage { UsageId = "u", Amount = 1, Timestamp = 1 } }).ResponseAsync;
        await here.Region.HoldsAsync("a: u");
        here.Region.Fail(new OperationCanceledException("given up"));
        AssertUnavailable(await Assert.ThrowsAsync<RpcException>(() => call));
    }

    [Fact]
    public async Task So_is_a_stream_before_its_first_outcome_and_after_it()
    {
        await using var here = await HeldHost.StartAsync();
        string[] held = [];
        foreach (var isFirst in (bool[])[true, false])
        {
            using var stream = here.Clients.Entries.StreamEntries();
            if (!isFirst)
            {
                await stream.RequestStream.WriteAsync(GrpcClients.Message(1));
                await GrpcClients.NextAsync(stream);
            }

            await stream.RequestStream.WriteAsync(GrpcClients.Message(2, GrpcClients.Usage("a", $"{isFirst}")));
            held = [.. held, $"a: {isFirst}"];
            await here.Region.HoldsAsync(held);
            here.Region.Fail(new OperationCanceledException("given up"));
            var (answers, end) = await GrpcClients.RestAsync(stream);
            Assert.Empty(answers);
            AssertUnavailable(end!);
        }
    }

    private static void AssertUnavailable(RpcException end) => Assert.Equal(
        (StatusCode.Unavailable, "unavailable", "The call was given up before it was answered, and what became of it isn't known: send it again."),
        (end.StatusCode, GrpcClients.CodeOf(end), end.Status.Detail));
}
