using System.Collections.Concurrent;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using CreditActors.Accounts;
using CreditActors.Protocol;
using CreditActors.Sharding;
using CreditActors.Tests.Sharding;

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

    [Fact]
    public async Task Who_tells_an_actor_that_has_nothing_to_do_runs_it_himself_and_every_now_and_then_queues()
    {
        const int Messages = 256;
        var actor = Sys.ActorOf(Props.Create(() => new Noting()));
        var notes = new Notes();
        var here = new Thread(() =>
        {
            for (var i = 1; i <= Messages; i++)
            {
                InTurnExecutor.TellAtOnce(actor, notes, ActorRefs.Nobody);
                Assert.True(SpinWait.SpinUntil(() => notes.Threads.Count == i, Soon));
                SpinWait.SpinUntil(static () => false, TimeSpan.FromMilliseconds(1)); // it has nothing to do any more, also where another thread has run it
            }
        });
        here.Start();
        await Task.Run(() => here.Join()).WaitAsync(Soon);
        var elsewhere = notes.Threads.Count(thread => thread != here.ManagedThreadId);
        // The first may find the actor beginning, and another amid its end on another thread.
        Assert.InRange(elsewhere, Messages / 64, (Messages / 64) + 8);
    }

    [Fact]
    public async Task An_actor_that_tells_another_is_not_kept_by_it()
    {
        var notes = new Notes();
        var told = Sys.ActorOf(Props.Create(() => new Noting()));
        var teller = Sys.ActorOf(Props.Create(() => new Telling(told, notes)));
        teller.Tell("begin");
        await AwaitConditionAsync(() => Task.FromResult(notes.Threads.Count == 50), Soon);
        Assert.False(notes.WasNested);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_asks_many_runs_none_of_them_himself(bool isOneOfMany)
    {
        var residents = new ResidentAccounts(1 << 20);
        var account = Sys.ActorOf(Props.Create(() => new Answering()));
        residents.Enter("a", account, CreateTestProbe().Ref, 100);
        using var client = Clients.Of(ActorRefs.Nobody, new(Soon, Soon, TriesMax: 1, EntriesInFlightMax: 9), TimeProvider.System, residents: residents);
        var asked = new List<Task<Ask<BalanceAnswer>>>();
        var here = new Thread(() =>
        {
            for (var i = 0; i < 20; i++)
            {
                var one = client.GetBalanceAsync("a", i, isOneOfMany, CancellationToken.None);
                Assert.True(SpinWait.SpinUntil(() => one.IsCompleted, Soon));
                asked.Add(one);
            }
        });
        here.Start();
        await Task.Run(() => here.Join()).WaitAsync(Soon);
        // The account says in place of its version where it ran.
        var ranHere = (await Task.WhenAll(asked)).Count(answer => answer.Answer!.Version == here.ManagedThreadId);
        Assert.InRange(ranHere, isOneOfMany ? 0 : 10, isOneOfMany ? 0 : 20);
    }

    private sealed class Answering : ReceiveActor
    {
        public Answering() => Receive<GetBalance>(get => Sender.Tell(new BalanceAnswer(get.AccountId, get.At, 0, Environment.CurrentManagedThreadId)));
    }

    private sealed class Notes
    {
        [ThreadStatic]
        private static bool s_isTelling;

        public ConcurrentQueue<int> Threads { get; } = new();

        public bool WasNested { get; private set; }

        public void Note()
        {
            WasNested |= s_isTelling;
            Threads.Enqueue(Environment.CurrentManagedThreadId);
        }

        public static void Tell(Action tell)
        {
            s_isTelling = true;
            tell();
            s_isTelling = false;
        }
    }

    private sealed class Noting : ReceiveActor
    {
        public Noting() => Receive<Notes>(notes => notes.Note());
    }

    private sealed class Telling : ReceiveActor
    {
        public Telling(IActorRef told, Notes notes) => Receive<string>(_ =>
        {
            for (var i = 0; i < 50; i++)
                Notes.Tell(() => InTurnExecutor.TellAtOnce(told, notes, Self));
        });
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
