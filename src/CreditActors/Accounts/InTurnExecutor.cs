using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Configuration;
using Akka.Dispatch;

namespace CreditActors.Accounts;

/// <summary>
/// Actors run on the pool's threads in the order in which messages came to them. Akka's own executor lets a thread begin with what it has queued itself last: it is as fast,
/// until there is more to do than threads for it. Then an account and a caller that ask and answer each other keep a thread to themselves, and who came earlier
/// waits for seconds.
/// <para>
/// A caller who tells an account something that nobody else runs just then, runs it himself (<see cref="TellAtOnce"/>): he would only wait meanwhile, and changing threads
/// costs more than most accounts have to do. Every sixty-fourth time he queues like everybody else, so that nobody keeps a thread by asking without end.
/// </para>
/// </summary>
/// <param name="config">Of the dispatcher.</param>
/// <param name="prerequisites">Akka's.</param>
public sealed class InTurnExecutor(Config config, IDispatcherPrerequisites prerequisites) : ExecutorServiceConfigurator(config, prerequisites)
{
    private const int AtOnceInARowMax = 64;

    [ThreadStatic]
    private static bool _mayRunHere;

    [ThreadStatic]
    private static int _atOnce;

    /// <inheritdoc/>
    public override ExecutorService Produce(string id) => new InTurn(id);

    /// <summary>Tells an actor something; and where it has nothing to do just then, this thread lets it take that in before it goes on. Not to be called where a lock is held.</summary>
    /// <param name="actor">Who is told. One with another executor is told as ever.</param>
    /// <param name="message">What.</param>
    /// <param name="sender">Who is answered.</param>
    internal static void TellAtOnce(IActorRef actor, object message, IActorRef sender)
    {
        // An actor isn't kept from its own work by another's.
        if (InternalCurrentActorCellKeeper.Current is null)
        {
            _atOnce = (_atOnce + 1) % AtOnceInARowMax;
            _mayRunHere = _atOnce != 0;
        }

        try
        {
            actor.Tell(message, sender);
        }
        finally
        {
            _mayRunHere = false;
        }
    }

    private sealed class InTurn(string id) : ExecutorService(id)
    {
        public override void Execute(IRunnable run)
        {
            if (_mayRunHere)
            {
                _mayRunHere = false;
                run.Run();
            }
            else
            {
                ThreadPool.UnsafeQueueUserWorkItem(run, preferLocal: false);
            }
        }

        /// <summary>The pool isn't ours to end.</summary>
        public override void Shutdown()
        {
        }
    }
}
