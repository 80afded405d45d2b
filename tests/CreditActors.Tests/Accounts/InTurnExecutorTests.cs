using Akka.TestKit.Xunit2;
using CreditActors.Accounts;

namespace CreditActors.Tests.Accounts;

/// <summary>What an actor gives the others to do is done in the order in which it was given, and not the last first.</summary>
public sealed class InTurnExecutorTests() : TestKit($$"""akka.actor.default-dispatcher.executor = "{{typeof(InTurnExecutor).FullName}}, CreditActors" """)
{
    private const int Runs = 1_000;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Who_comes_first_is_served_first()
    {
        var dispatcher = Sys.Dispatchers.DefaultGlobalDispatcher;
        var order = new Order();
        // From a thread of the pool, as actors do; and each run takes longer than giving it.
        dispatcher.Schedule(() =>
        {
            for (var i = 0; i < Runs; i++)
                dispatcher.Schedule(new Numbered(i, order).Run);
        });
        var numbers = await order.All.WaitAsync(Soon);
        // One may be held up on its way; most aren't.
        var displaced = numbers.Select((number, place) => Math.Abs(number - place)).Order().ElementAt(Runs / 2);
        Assert.InRange(displaced, 0, Runs / 20);
    }

    private sealed class Order
    {
        private readonly TaskCompletionSource<IReadOnlyList<int>> _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<int> _numbers = [];

        public Task<IReadOnlyList<int>> All => _all.Task;

        public void Begins(int number)
        {
            lock (_numbers)
            {
                _numbers.Add(number);
                if (_numbers.Count == Runs)
                    _all.SetResult(_numbers);
            }
        }
    }

    private sealed class Numbered(int number, Order order)
    {
        public void Run()
        {
            order.Begins(number);
            Thread.SpinWait(2_000);
        }
    }
}
