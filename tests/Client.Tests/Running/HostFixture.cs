using Host.Tests.Running;

namespace Client.Tests.Running;

/// <summary>One Host for all tests that need nothing of it but accounts of their own.</summary>
public sealed class HostFixture : IAsyncLifetime
{
    internal InProcessHost Host { get; private set; } = null!;

    public Uri Url => Host.Client.BaseAddress!;

    public async Task InitializeAsync() => Host = await InProcessHost.StartAsync();

    public async Task DisposeAsync() => await Host.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class SharedHost : ICollectionFixture<HostFixture>
{
    public const string Name = "one shared Host";
}
