using Sources.Tests.Running;

namespace Sources.Tests.Brokers;

/// <summary>A real broker, and what a scenario does to it.</summary>
internal interface ITestBroker : IAsyncDisposable
{
    /// <summary>As in GpuCredit:Sources:{name}:Kind.</summary>
    string Kind { get; }

    int Port { get; }

    /// <summary>The command line of a Host whose source of that name reads from this broker, through <paramref name="port"/>.</summary>
    string[] Settings(int port, string source = "usage");

    Task StartAgainAsync();

    Task StopAsync(bool abruptly);

    /// <summary>Cuts every connection of the Host, which came through the proxy where the broker's kind allows one.</summary>
    Task CutAsync(CuttingProxy proxy);

    /// <summary>Returns when the broker has confirmed every one of them; what isn't confirmed is sent again.</summary>
    Task PublishAsync(IReadOnlyList<byte[]> bodies);

    Task<IReadOnlyList<ReadLetter>> DeadLettersAsync();

    /// <summary>Messages that aren't acknowledged, by the broker's own account.</summary>
    Task<long> LeftAsync();
}
