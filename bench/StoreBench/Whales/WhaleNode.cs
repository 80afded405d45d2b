using System.Diagnostics;
using Akka.Actor;
using CreditActors.Ledger;
using CreditActors.Sharding;
using GpuCredit.Host.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace StoreBench.Whales;

/// <summary>The Host in process, with watched mailboxes, and its door to the whale.</summary>
internal sealed class WhaleNode(WhaleStore store) : IAsyncDisposable
{
    /// <summary>So that the whale is not alone what fills memory, and doesn't leave by itself.</summary>
    private const string ResidentBytes = "80%";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(20);

    private GpuCreditHost? _host;
    private AccountClient? _client;

    public AccountClient Client => _client ?? throw new InvalidOperationException("Not started.");

    public async Task StartAsync()
    {
        _host = await GpuCredit.Host.Program.BuildAsync(
        [
            "--urls", "http://127.0.0.1:0", "--GpuCredit:OpsUrl", "http://127.0.0.1:0", "--GpuCredit:GrpcUrl", "http://127.0.0.1:0",
            "--Logging:LogLevel:Default", "Error", "--GpuCredit:ResidentBytes", ResidentBytes, .. WatchedMailbox.CommandLine, .. store.Settings,
        ]);
        await _host.StartAsync();
        _client = _host.Services.GetRequiredService<AccountClient>();
        while (!(await _client.GetBalanceAsync("first", 0)).IsAvailable)
            await Task.Delay(Pause);
    }

    public async Task StopAsync()
    {
        if (_host is not { } host)
            return;
        _host = null;
        await host.StopAsync();
        await host.DisposeAsync();
    }

    /// <summary>The whale's actor ends as in a fault: nothing of it is in memory any more, and its shard knows it.</summary>
    public static async Task ForgetWhaleAsync()
    {
        if (MessageTimes.AccountRef is { } whale)
            await whale.GracefulStop(StopsWithin, PoisonPill.Instance);
        await Task.Delay(Pause);
    }

    public async Task WriteAsync(long from, int count)
    {
        foreach (var outcome in await Client.RecordAsync(WhaleHistory.Entries(from, count)))
        {
            if (outcome.Status is not (OutcomeStatus.Recorded or OutcomeStatus.Duplicate))
                throw new InvalidOperationException($"An entry was {outcome.Status}.");
        }
    }

    /// <summary>What became of them nobody knows.</summary>
    public async Task TryWriteAsync(long from, int count, CancellationToken cancellation)
    {
        try
        {
            await Client.RecordAsync(WhaleHistory.Entries(from, count), cancellation);
        }
        catch (OperationCanceledException)
        {
            // As said.
        }
    }

    /// <summary>The answer, and how long it took.</summary>
    public async Task<(long Balance, TimeSpan Took)> AskAsync(long at)
    {
        var since = Stopwatch.GetTimestamp();
        var ask = await Client.GetBalanceAsync(WhaleHistory.AccountId, at);
        var took = Stopwatch.GetElapsedTime(since);
        return ask.Answer is { } answer ? (answer.Balance, took) : throw new InvalidOperationException($"No answer within {took.TotalSeconds:N1} s.");
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
