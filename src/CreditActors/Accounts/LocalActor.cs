using Akka.Actor;

namespace CreditActors.Accounts;

/// <summary>
/// How an actor is made of which there are many. Akka's Props.Create compiles the arguments of its expression each time, and merging
/// deployments, of which there are none here, parses an empty configuration each time.
/// </summary>
internal static class LocalActor
{
    private static readonly Deploy s_here = new Here();

    /// <param name="make">Called at the actor's start, and at each restart.</param>
    public static Props Props<TActor>(Func<TActor> make)
        where TActor : ActorBase => Akka.Actor.Props.CreateBy(new Maker<TActor>(make)).WithDeploy(s_here);

    private sealed class Maker<TActor>(Func<TActor> make) : IIndirectActorProducer
        where TActor : ActorBase
    {
        public Type ActorType => typeof(TActor);

        public ActorBase Produce() => make();

        public void Release(ActorBase actor)
        {
        }
    }

    /// <summary>At this node, whatever the settings say of the actor's path, which is nobody's to configure.</summary>
    private sealed class Here() : Deploy(Akka.Actor.Scope.Local)
    {
        public override Deploy WithFallback(Deploy other) => this;
    }
}
