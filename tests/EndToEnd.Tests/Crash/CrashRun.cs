using System.Collections.Concurrent;
using EndToEnd.Tests.Hosting;
using EndToEnd.Tests.Law;

namespace EndToEnd.Tests.Crash;

/// <summary>Several senders and one asker on a Host that is killed again and again.</summary>
internal sealed class CrashRun(TemporaryHost host, Workload workload, int seed)
{
    private const int SendersCount = 6;
    private const int RequestsBeforeKillMax = 20;

    // Half of the chunks with several entries go as a JSON array, half as lines.
    private readonly ConcurrentQueue<(IReadOnlyList<Edition> Editions, bool AsLines)> _chunks
        = new(workload.Chunks.Select((chunk, i) => (chunk, i % 2 == 0)));

    private int _requestsCutOff;

    public Books Books { get; } = new();

    /// <summary>Requests whose answers the kills cut off: it isn't known what became of them.</summary>
    public int RequestsCutOff => _requestsCutOff;

    /// <summary>Sends everything until it is acknowledged, with so many kills in between.</summary>
    public async Task SendAllAsync(int kills)
    {
        using var ended = new CancellationTokenSource();
        var senders = Task.WhenAll(Enumerable.Range(0, SendersCount).Select(_ => Task.Run(SendAsync)));
        var asker = Task.Run(() => AskAsync(ended.Token));
        await KillAndRestartAsync(kills, senders);
        await senders;
        await ended.CancelAsync();
        await asker;
    }

    private async Task KillAndRestartAsync(int kills, Task senders)
    {
        // The moment of a kill is a count of acknowledgements and then of requests on their way, both from the
        // seed, so that it falls into every phase of a write.
        var random = new Random(seed);
        var moments = Enumerable.Range(0, kills)
            .Select(_ => random.Next(workload.Editions.Count / 100, workload.Editions.Count * 9 / 10))
            .Order();
        foreach (var acknowledged in moments)
        {
            await Task.WhenAny(senders, Books.WhenAcknowledged(acknowledged));
            await Task.WhenAny(senders, Books.WhenRequested(Books.Requests + random.Next(RequestsBeforeKillMax)));
            if (senders.IsCompleted) throw new InvalidOperationException("everything was sent before the last kill", senders.Exception);
            await host.KillAsync();
            await host.StartAsync();
        }
    }

    private async Task SendAsync()
    {
        using var ledger = new LedgerApi(host.Url);
        while (_chunks.TryDequeue(out var chunk))
        {
            var open = chunk.Editions;
            while (open.Count > 0)
            {
                var incarnation = host.Ready;
                await incarnation;
                open = await SendOnceAsync(ledger, incarnation, open, chunk.AsLines);
            }
        }
    }

    /// <param name="ledger">How it is sent.</param>
    /// <param name="incarnation">The Host that was ready before. Its kill may come before anything is sent.</param>
    /// <param name="open">What isn't acknowledged.</param>
    /// <param name="asLines">And not as an array.</param>
    private async Task<IReadOnlyList<Edition>> SendOnceAsync(LedgerApi ledger, Task incarnation, IReadOnlyList<Edition> open, bool asLines)
    {
        var request = Books.Leave(open);
        try
        {
            return Books.Arrive(request, open.Count == 1 ? [await ledger.PostAsync(open[0])] : await ledger.PostAllAsync(open, asLines));
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            Interlocked.Increment(ref _requestsCutOff);
            if (incarnation == host.Ready) Books.Violation($"a Host that nobody killed broke a connection: {e}");
            return open;
        }
    }

    private async Task AskAsync(CancellationToken ended)
    {
        var random = new Random(seed + 1);
        using var ledger = new LedgerApi(host.Url);
        while (!ended.IsCancellationRequested)
        {
            await host.Ready;
            var account = workload.Accounts[random.Next(workload.Accounts.Count)];
            long at = random.Next(4) * (Workload.TicksMax / 3);
            var question = Books.LeaveQuestion(account);
            try
            {
                Books.ArriveQuestion(question, at, await ledger.BalanceAsync(account, at));
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // Killed while it was asked; or unavailable, which is an answer to a question as well.
            }
        }
    }
}
