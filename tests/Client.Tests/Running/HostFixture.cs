using Host.Tests.Running;

namespace Client.Tests.Running;

/// <summary>One Host for all tests that need nothing of it but accounts of their own. It says nothing of the many connections that break.</summary>
public sealed class HostFixture : IAsyncLifetime
{
    internal InProcessHost Host { get; private set; } = null!;

    public Uri Url => Host.Client.BaseAddress!;

    public Uri GrpcUrl => Host.GrpcAddress;

    public async Task InitializeAsync() => Host = await InProcessHost.StartAsync("--Logging:LogLevel:Default", "None", "--Logging:LogLevel:Microsoft", "None", "--Logging:LogLevel:Akka", "None");

    public async Task DisposeAsync() => await Host.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class SharedHost : ICollectionFixture<HostFixture>
{
    public const string Name = "one shared Host";
}
