using Akka.Configuration;
using CreditActors.Accounts;

namespace CreditActors.Sharding;

/// <summary>The settings under <c>gpucredit.account.client</c>.</summary>
internal sealed record AccountClientSettings(TimeSpan Deadline, int EntriesInFlightMax)
{
    public static AccountClientSettings From(Config system)
    {
        var config = system.WithFallback(AccountSettings.Reference).GetConfig("gpucredit.account");
        return new(
            config.GetTimeSpan("client.deadline", allowInfinite: false),
            AccountSettings.Positive(config, "client.entries-in-flight-max"));
    }
}
