using Akka.Actor;

namespace CreditActors.Accounts;

internal sealed class ResidentAccountsProvider : ExtensionIdProvider<ResidentAccounts>
{
    public static ResidentAccountsProvider Instance { get; } = new();

    private static readonly TimeSpan LookMin = TimeSpan.FromMilliseconds(100);

    public override ResidentAccounts CreateExtension(ExtendedActorSystem system)
    {
        var settings = AccountSettings.From(system.Settings.Config);
        var residents = new ResidentAccounts(settings.Resident.Bytes, settings.PassivateAfter);
        var wait = TimeSpan.FromTicks(Math.Max(LookMin.Ticks, settings.PassivateAfter.Ticks / ResidentAccounts.LooksEachIdleTime));
        system.Scheduler.Advanced.ScheduleRepeatedly(wait, wait, residents.SendIdleToSleep);
        return residents;
    }
}
