using Akka.Configuration;
using CreditActors.Accounts;

namespace CreditActors.Sharding;

/// <summary>The settings under <c>gpucredit.account.client</c>.</summary>
internal sealed record AccountClientSettings(TimeSpan Deadline, TimeSpan TryAgainAfter, int TriesMax, int EntriesInFlightMax)
{
    public static AccountClientSettings From(Config system)
    {
        var config = system.WithFallback(AccountSettings.Reference).GetConfig("gpucredit.account");
        return new(
            AccountSettings.Longer(config, "client.deadline", than: TimeSpan.Zero),
            AccountSettings.Longer(config, "client.try-again-after", than: TimeSpan.Zero),
            AccountSettings.Positive(config, "client.tries-max"),
            AccountSettings.Positive(config, "client.entries-in-flight-max"));
    }
}
