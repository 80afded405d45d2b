using Akka.Configuration;
using Akka.Dispatch;

namespace CreditActors.Accounts;

/// <summary>
/// Actors run on the pool's threads in the order in which messages came to them. Akka's own executor lets a thread begin with what it has queued itself last: it is as fast,
/// until there is more to do than threads for it. Then an account and a caller that ask and answer each other keep a thread to themselves, and who came earlier
/// waits for seconds.
/// </summary>
/// <param name="config">Of the dispatcher.</param>
/// <param name="prerequisites">Akka's.</param>
public sealed class InTurnExecutor(Config config, IDispatcherPrerequisites prerequisites) : ExecutorServiceConfigurator(config, prerequisites)
{
    /// <inheritdoc/>
    public override ExecutorService Produce(string id) => new InTurn(id);

    private sealed class InTurn(string id) : ExecutorService(id)
    {
        public override void Execute(IRunnable run) => ThreadPool.UnsafeQueueUserWorkItem(run, preferLocal: false);

        /// <summary>The pool isn't ours to end.</summary>
        public override void Shutdown()
        {
        }
    }
}
