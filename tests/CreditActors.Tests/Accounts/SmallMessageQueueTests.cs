using Akka.Actor;
using Akka.Dispatch.MessageQueues;
using CreditActors.Accounts;
using CsCheck;

namespace CreditActors.Tests.Accounts;

public sealed class SmallMessageQueueTests
{
    private const int ThreadCount = 4;
    private const int MessagesEach = 50_000;

    private readonly SmallMessageQueue _queue = new();

    /// <summary>Beside a linked list: added last (1), added first (2), taken (0).</summary>
    [Fact]
    public void Messages_are_taken_in_the_order_in_which_they_came_and_those_put_first_before_them() => Gen.Int[0, 4].Array[0, 300].Sample(steps =>
    {
        var (queue, model) = (new SmallMessageQueue(), new LinkedList<int>());
        for (var i = 0; i < steps.Length; i++)
        {
            if (steps[i] is 1 or 3 or 4)
            {
                queue.Enqueue(ActorRefs.Nobody, Of(i));
                model.AddLast(i);
            }
            else if (steps[i] == 2)
            {
                queue.EnqueueFirst(Of(i));
                model.AddFirst(i);
            }
            else
            {
                Assert.Equal(model.Count > 0, queue.TryDequeue(out var taken));
                Assert.Equal(model.First?.Value, taken.Message);
                if (model.Count > 0)
                    model.RemoveFirst();
            }

            Assert.Equal(model.Count, queue.Count);
            Assert.Equal(model.Count > 0, queue.HasMessages);
        }

        while (queue.TryDequeue(out var left))
        {
            Assert.Equal(model.First?.Value, left.Message);
            model.RemoveFirst();
        }

        Assert.Empty(model);
    });

    [Fact]
    public async Task Many_may_add_while_one_takes_and_each_ones_messages_keep_their_order()
    {
        var adding = Enumerable.Range(0, ThreadCount).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < MessagesEach; i++)
                _queue.Enqueue(ActorRefs.Nobody, Of((thread, i)));
        })).ToArray();
        var next = new int[ThreadCount];
        for (var left = ThreadCount * MessagesEach; left > 0;)
        {
            if (!_queue.TryDequeue(out var taken))
                continue;
            var (thread, i) = ((int, int))taken.Message;
            Assert.Equal(next[thread]++, i);
            left--;
        }

        await Task.WhenAll(adding);
        Assert.False(_queue.HasMessages);
    }

    [Fact]
    public void What_is_left_goes_to_the_dead_letters()
    {
        var dead = new UnboundedMessageQueue();
        _queue.Enqueue(ActorRefs.Nobody, Of(1));
        _queue.Enqueue(ActorRefs.Nobody, Of(2));
        _queue.CleanUp(ActorRefs.Nobody, dead);
        Assert.False(_queue.HasMessages);
        Assert.True(dead.TryDequeue(out var first));
        Assert.True(dead.TryDequeue(out var second));
        Assert.Equal((1, 2), (first.Message, second.Message));
    }

    private static Envelope Of(object message) => new(message, ActorRefs.NoSender);
}
