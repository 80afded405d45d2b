using Akka.Actor;

namespace CreditActors.Accounts;

/// <summary>One gate for each actor system: the event store is the node's, whichever accounts write to it.</summary>
internal sealed class WriteGateProvider : ExtensionIdProvider<WriteGate>
{
    public static WriteGateProvider Instance { get; } = new();

    public override WriteGate CreateExtension(ExtendedActorSystem system) =>
        new(AccountSettings.From(system.Settings.Config).WriteGate, system.Scheduler);
}
