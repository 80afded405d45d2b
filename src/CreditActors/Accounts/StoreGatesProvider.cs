using Akka.Actor;

namespace CreditActors.Accounts;

internal sealed class StoreGatesProvider : ExtensionIdProvider<StoreGates>
{
    public static StoreGatesProvider Instance { get; } = new();

    public override StoreGates CreateExtension(ExtendedActorSystem system) =>
        StoreGates.Of(AccountSettings.From(system.Settings.Config), system.Scheduler);
}
