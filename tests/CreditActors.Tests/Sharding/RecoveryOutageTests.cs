using Akka.Actor;
using Akka.Persistence.TestKit;
using CreditActors.Protocol;
using CreditActors.Sharding;

namespace CreditActors.Tests.Sharding;

/// <summary>The event store is down, and accounts that aren't in memory are asked all the same.</summary>
public sealed class RecoveryOutageTests
{
    private const int Accounts = 500;
    private const int RecoveriesMax = 5;
    private const int TriesMax = 3;

    [Fact]
    public async Task While_every_recovery_fails_only_a_few_are_tried_all_are_answered_at_once_and_later_all_are_back()
    {
        await using var node = await AccountNode.Start(
            $"gpucredit.account.recovery-gate {{ recoveries-max = {RecoveriesMax}, closed-min = 2s, closed-max = 2s }}", overTestStores: true);
        var down = new Down();
        await node.Events.OnConnect.SetInterceptorAsync(down);

        Assert.All(await AskAll(node), answer => Assert.IsType<AccountUnavailable>(answer));
        Assert.All(await AskAll(node), answer => Assert.IsType<AccountUnavailable>(answer));
        // Those that were tried at first, and one for every two seconds that a slow machine may take.
        Assert.InRange(down.Count, 1, RecoveriesMax + 10);

        await node.Events.OnConnect.Pass();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await AskAll(node)).Any(answer => answer is AccountUnavailable))
            await Task.Delay(50, deadline.Token);
    }

    private static Task<IWireMessage[]> AskAll(AccountNode node) => Task.WhenAll(Enumerable.Range(0, Accounts).Select(i => Ask(node, $"a{i}")));

    /// <summary>What comes to an account in the moment of its end is lost; so it is sent again, as <see cref="AccountClient"/> does.</summary>
    private static async Task<IWireMessage> Ask(AccountNode node, string account)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await node.Region.Ask<IWireMessage>(new GetBalance(account, 0), TimeSpan.FromSeconds(10));
            }
            catch (AskTimeoutException) when (tries < TriesMax)
            {
                // As said.
            }
        }
    }

    private sealed class Down : IConnectionInterceptor
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public Task InterceptAsync()
        {
            Interlocked.Increment(ref _count);
            throw new TestConnectionException("the store is down");
        }
    }
}
