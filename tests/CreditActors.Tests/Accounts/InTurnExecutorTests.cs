using Akka.Actor;
using Akka.TestKit.Xunit2;
using CreditActors.Accounts;

namespace CreditActors.Tests.Accounts;

/// <summary>Pairs of actors that answer each other without end, more of them than threads: whoever else is told something has his turn all the same.</summary>
public sealed class InTurnExecutorTests() : TestKit(
    $$"""akka.actor.default-dispatcher { executor = "{{typeof(InTurnExecutor).FullName}}, CreditActors", throughput = 1 }""")
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Actors_that_keep_each_other_busy_keep_nobody_from_his_turn()
    {
        var pairs = Enumerable.Range(0, 16 * Environment.ProcessorCount).Select(_ => (First: NewPlayer(), Second: NewPlayer())).ToList();
        foreach (var (first, second) in pairs)
            first.Tell(new Ball(), second);
        // Every pair plays, and not only as many as there are threads.
        await Task.WhenAll(pairs.Select(async pair =>
        {
            var before = await pair.First.Ask<long>(HowOften.Instance, Long);
            Assert.True(before >= 0);
            await AwaitConditionAsync(async () => await pair.Second.Ask<long>(HowOften.Instance, Long) > before, Long);
        }));
    }

    private IActorRef NewPlayer() => Sys.ActorOf(Props.Create(() => new Player()));

    private sealed record Ball;

    private sealed record HowOften
    {
        public static HowOften Instance { get; } = new();
    }

    private sealed class Player : ReceiveActor
    {
        private long _played;

        public Player()
        {
            Receive<Ball>(ball =>
            {
                _played++;
                Sender.Tell(ball);
            });
            Receive<HowOften>(_ => Sender.Tell(_played));
        }
    }
}
