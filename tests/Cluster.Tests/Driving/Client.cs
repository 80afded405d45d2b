using System.Globalization;
using Cluster.Tests.Nodes;
using EndToEnd.Tests.Crash;
using EndToEnd.Tests.Law;
using Xunit.Sdk;

namespace Cluster.Tests.Driving;

/// <summary>
/// A caller as the contract asks for: it sends through one node and, when no answer comes or "unavailable", through the
/// next, for five seconds. What isn't answered by then has failed. Each caller asks one thing at a time.
/// </summary>
internal sealed class Client(Func<IReadOnlyList<ClusterNode>> nodes, Books books, Availability availability, Tally tally, Random random) : IDisposable
{
    private const int TriesShown = 4;

    /// <summary>For so long a request is tried again before it counts as failed.</summary>
    public static readonly TimeSpan RetriesFor = TimeSpan.FromSeconds(5);

    /// <summary>For so long one try is waited for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<ClusterNode, LedgerApi> _connections = [];
    private readonly List<string> _tries = [];
    private string? _why;

    /// <summary>Sends editions, all at once, and what wasn't acknowledged again.</summary>
    /// <returns>What wasn't acknowledged in five seconds.</returns>
    public async Task<IReadOnlyList<Edition>> SendAsync(IReadOnlyList<Edition> editions, bool asLines)
    {
        var open = editions;
        await TryAsync($"{editions.Count} entries of {editions[0].AccountId}", async node =>
        {
            var request = books.Leave(open);
            var sentAt = availability.Now;
            var answers = await OverAsync(node, api => SendOnceAsync(api, open, asLines));
            var again = answers is null ? open : books.Arrive(request, answers);
            availability.Failed(AccountsOf(again), isWrite: true, sentAt);
            availability.Answered(AccountsOf(open).Except(AccountsOf(again)), isWrite: true, sentAt);
            open = again;
            return open.Count == 0;
        });
        return open;
    }

    /// <summary>Asks for a balance.</summary>
    /// <returns>Whether it was answered in five seconds.</returns>
    public async Task<bool> AskAsync(string account, long at) => await TryAsync($"balance of {account}", async node =>
    {
        var question = books.LeaveQuestion(account);
        var sentAt = availability.Now;
        var balance = await OverAsync(node, api => api.BalanceAsync(account, at));
        if (balance is null)
        {
            availability.Failed([account], isWrite: false, sentAt);
            return false;
        }

        availability.Answered([account], isWrite: false, sentAt);
        books.ArriveQuestion(question, at, balance);
        return true;
    });

    public void Dispose()
    {
        foreach (var connection in _connections.Values) connection.Dispose();
    }

    private async Task<bool> TryAsync(string what, Func<ClusterNode, Task<bool>> once)
    {
        var start = availability.Now;
        var place = random.Next(100);
        _tries.Clear();
        for (var tries = 1; ; tries++)
        {
            var known = nodes();
            var node = known[(place + tries) % known.Count];
            var sentAt = availability.Now;
            var isAnswered = await once(node);
            _tries.Add(string.Create(CultureInfo.InvariantCulture, $"{node.Name} {(_why ?? "unavailable")} after {(availability.Now - sentAt).TotalSeconds:F1} s"));
            tally.Tried(tries, availability.Now - start, isAnswered);
            if (isAnswered) return true;
            if (availability.Now - start + _pause >= RetriesFor)
            {
                tally.Failed($"{what}: {string.Join("; ", _tries.TakeLast(TriesShown))}");
                return false;
            }

            await Task.Delay(_pause);
        }
    }

    private static async Task<IReadOnlyList<Answer>> SendOnceAsync(LedgerApi api, IReadOnlyList<Edition> editions, bool asLines)
        => editions.Count == 1 ? [await api.PostAsync(editions[0])] : await api.PostAllAsync(editions, asLines);

    /// <summary>The answer, or null when none came.</summary>
    private async Task<T?> OverAsync<T>(ClusterNode node, Func<LedgerApi, Task<T>> call)
        where T : class
    {
        if (!_connections.TryGetValue(node, out var api)) _connections[node] = api = new LedgerApi(node.Url, Patience);
        _why = null;
        try
        {
            return await call(api);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            _why = e is TaskCanceledException ? "silent" : e.Message;
            return null;
        }
        catch (XunitException e)
        {
            books.Violation(string.Create(CultureInfo.InvariantCulture, $"{node.Name} gave an answer that the contract doesn't know: {e.Message}"));
            return null;
        }
    }

    private static IEnumerable<string> AccountsOf(IEnumerable<Edition> editions) => editions.Select(edition => edition.AccountId).Distinct();
}
