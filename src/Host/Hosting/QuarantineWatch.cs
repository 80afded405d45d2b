using Akka.Actor;
using Akka.Remote;

namespace GpuCredit.Host.Hosting;

/// <summary>Hears when another node talks to this one no more, for as long as this process lives.</summary>
internal sealed class QuarantineWatch : ReceiveActor
{
    /// <param name="quarantined">Told who.</param>
    public QuarantineWatch(Action<Address> quarantined) => Receive<ThisActorSystemQuarantinedEvent>(told => quarantined(told.RemoteAddress));

    public static Props Props(Action<Address> quarantined) => Akka.Actor.Props.Create(() => new QuarantineWatch(quarantined));

    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(ThisActorSystemQuarantinedEvent));

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);
}
