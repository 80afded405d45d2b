using GpuCredit.Host.Sources;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Sources.Tests.Brokers;
using Sources.Tests.Pipeline;

namespace Sources.Tests.Running;

/// <summary>One node's source in this process: a real broker at one end, accounts in memory at the other.</summary>
internal sealed class LocalSource : IAsyncDisposable
{
    private readonly Source _source;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    private LocalSource(Source source)
    {
        _source = source;
        _running = source.RunAsync(_stopping.Token);
    }

    public SourceAnswer Now => _source.Describe();

    /// <param name="broker">Its command line is the source's configuration.</param>
    /// <param name="accounts">Who is asked.</param>
    /// <param name="settings">More of it, as <c>Key=value</c>.</param>
    public static LocalSource Start(ITestBroker broker, FakeAccounts accounts, params string[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddCommandLine(broker.Settings(broker.Port))
            .AddCommandLine([.. settings.Select(setting => $"--GpuCredit:Sources:usage:{setting}")])
            .Build();
        return new(new Source(ConfiguredSource.ReadAll(configuration).Single(), accounts.RecordAsync, TimeProvider.System, NullLogger.Instance));
    }

    public void Pause() => _source.Pause();

    public void Resume() => _source.Resume();

    public Task IsAsync(string state) => Eventually.TrueAsync(
        () => Task.FromResult(Now.State == state), TimeSpan.FromSeconds(60), () => $"the source is {state}, and is {Now}");

    public Task TrueAsync(Func<SourceAnswer, bool> condition, string what) => Eventually.TrueAsync(
        () => Task.FromResult(condition(Now)), TimeSpan.FromSeconds(60), () => $"{what}: {Now}");

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _source.Dispose();
        _stopping.Dispose();
    }
}
