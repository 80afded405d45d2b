using Akka.Actor;

namespace CreditActors.Accounts;

internal sealed class ClosingsProvider : ExtensionIdProvider<Closings>
{
    public static ClosingsProvider Instance { get; } = new();

    public override Closings CreateExtension(ExtendedActorSystem system) => new();
}
