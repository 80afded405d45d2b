using Akka.Actor;

namespace CreditActors.Accounts;

internal sealed class ResidentAccountsProvider : ExtensionIdProvider<ResidentAccounts>
{
    public static ResidentAccountsProvider Instance { get; } = new();

    public override ResidentAccounts CreateExtension(ExtendedActorSystem system) =>
        new(AccountSettings.From(system.Settings.Config).Resident.Bytes);
}
