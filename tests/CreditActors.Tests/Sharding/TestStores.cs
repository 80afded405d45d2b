using Akka.Configuration;
using Akka.Hosting;
using Akka.Persistence.Hosting;
using Akka.Persistence.TestKit;

namespace CreditActors.Tests.Sharding;

internal static class TestStores
{
    private static readonly Config Failing = ConfigurationFactory
        .ParseString(
            """
            akka.persistence.snapshot-store.test.snapshot-is-optional = true
            akka.persistence.journal.test.circuit-breaker.max-failures = 100000
            """)
        .WithFallback(ConfigurationFactory.FromResource<TestJournal>("Akka.Persistence.TestKit.config.conf"));

    public static AkkaConfigurationBuilder WithStores(this AkkaConfigurationBuilder builder, bool ofTestKit) => ofTestKit
        ? builder.AddHocon(Failing, HoconAddMode.Prepend)
        : builder.WithInMemoryJournal().WithInMemorySnapshotStore();
}
