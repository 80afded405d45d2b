using Confluent.Kafka;

namespace GpuCredit.Host.Sources.Kafka;

/// <summary>
/// A thread of its own that polls, always: a consumer that doesn't poll is taken for dead and loses its partitions. When enough is held the
/// partitions are paused, and polling goes on.
/// </summary>
internal sealed class KafkaPolling(IConsumer<byte[]?, byte[]?> consumer, HeldPartitions held, KafkaHealth health)
{
    private static readonly TimeSpan PollFor = TimeSpan.FromMilliseconds(100);

    /// <returns>Ends when what is held is closed or the consumer is lost, and never fails.</returns>
    public Task Start() => Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run()
    {
        try
        {
            while (!held.IsClosing && !health.Lost.IsCancellationRequested)
            {
                if (consumer.Consume(PollFor) is { IsPartitionEOF: false } message)
                {
                    health.Reached();
                    held.Add(message);
                }

                Pause();
            }
        }
        catch (Exception fault)
        {
            // A connection that is cut isn't thrown here: the client mends it. What is thrown would go on unseen, such as a topic that was
            // deleted or that this login may not read, or is a fault of ours. A new feed asks the brokers anew and says what they answer,
            // and begins where this one has committed.
            health.Lose($"Polling failed: {fault.Message}");
        }
        finally
        {
            held.Complete();
        }
    }

    private void Pause()
    {
        var (pausing, resuming) = held.WaitForRoom();
        if (pausing.Count > 0)
        {
            consumer.Pause(pausing.Select(progress => progress.Partition));
            pausing.ForEach(progress => progress.IsPaused = true);
        }

        if (resuming.Count > 0)
        {
            consumer.Resume(resuming.Select(progress => progress.Partition));
            resuming.ForEach(progress => progress.IsPaused = false);
        }
    }
}
