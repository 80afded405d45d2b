using Akka.Actor;
using Akka.Cluster;

namespace CreditActors.Sharding;

/// <summary>From when to when this node can reach accounts.</summary>
/// <param name="Joined">Completes when it has become a member of its cluster.</param>
/// <param name="JoinWithin">For so long a call waits for that.</param>
/// <param name="Ended">The actor system has ended, as when this node was put out: no answer will come any more.</param>
internal sealed record NodeLife(Task Joined, TimeSpan JoinWithin, CancellationToken Ended)
{
    public static NodeLife Of(ActorSystem system, TimeSpan joinWithin)
    {
        var joined = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Cluster.Get(system).RegisterOnMemberUp(joined.SetResult);
        var ended = new CancellationTokenSource();
        system.RegisterOnTermination(ended.Cancel);
        return new(joined.Task, joinWithin, ended.Token);
    }
}
