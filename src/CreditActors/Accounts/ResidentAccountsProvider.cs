using Akka.Actor;

namespace CreditActors.Accounts;

internal sealed class ResidentAccountsProvider : ExtensionIdProvider<ResidentAccounts>
{
    public static ResidentAccountsProvider Instance { get; } = new();

    private const int LooksEachIdleTime = 4;
    private static readonly TimeSpan LookMin = TimeSpan.FromMilliseconds(100);

    public override ResidentAccounts CreateExtension(ExtendedActorSystem system)
    {
        var settings = AccountSettings.From(system.Settings.Config);
        var residents = new ResidentAccounts(settings.Resident.Bytes, settings.PassivateAfter);
        var wait = TimeSpan.FromTicks(Math.Max(LookMin.Ticks, settings.PassivateAfter.Ticks / LooksEachIdleTime));
        // Not on the scheduler's own thread: it may have to look at all accounts, and heartbeats wait for that thread.
        system.Scheduler.Advanced.ScheduleRepeatedly(wait, wait, () => ThreadPool.UnsafeQueueUserWorkItem(static looked => looked.SendIdleToSleep(), residents, preferLocal: false));
        return residents;
    }
}
