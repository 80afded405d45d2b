using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Cluster.Tests.Nodes;
using EndToEnd.Tests.Law;

namespace Cluster.Tests.Judging;

/// <summary>
/// Accounts on nodes of different horizons, what was recorded of them, and how far each is known to have closed its books. Every outcome and
/// every answer is judged: by the law, by the shortest horizon that any node has, and by what was seen closed before.
/// </summary>
/// <param name="nodes">Those that may be asked.</param>
/// <param name="start">The tick of the test's start.</param>
/// <param name="shortest">The shortest horizon of any node, in ticks. What is not further back than that is never closed.</param>
/// <param name="chance">Chooses the node of each call.</param>
internal sealed partial class ClosingAccounts(Func<IReadOnlyList<ClusterNode>> nodes, long start, long shortest, Random chance) : IDisposable
{
    public const long Minute = 60_000;

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _answersWithin = TimeSpan.FromSeconds(40);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly Dictionary<string, List<Edition>> _recorded = [];
    private readonly Dictionary<string, long> _closed = [];

    public IReadOnlyDictionary<string, List<Edition>> Recorded => _recorded;

    /// <summary>The horizon of each account that was seen to have closed its books.</summary>
    public IReadOnlyDictionary<string, long> Closed => _closed;

    /// <summary>Sends new editions of one account, and judges what becomes of them.</summary>
    public async Task<IReadOnlyList<string>> SendAsync(IReadOnlyList<Edition> editions)
    {
        var account = editions[0].AccountId;
        var recorded = _recorded.TryGetValue(account, out var known) ? known : _recorded[account] = [];
        var statuses = new string[editions.Count];
        var isRepeat = false;
        await UntilAsync($"{account} is written", async node =>
        {
            using var api = new LedgerApi(node.Url, _http.Timeout);
            var repeats = isRepeat;
            isRepeat = true; // whatever becomes of this try, it may have been stored
            var answers = await api.PostAllAsync(editions, asLines: false);
            for (var i = 0; i < statuses.Length; i++)
                statuses[i] ??= answers[i].Status switch { Answer.Unavailable => null!, "duplicate" when repeats => "recorded", var status => status };
            return !statuses.Contains(null);
        });

        foreach (var (edition, status) in editions.Zip(statuses))
        {
            if (edition.Timestamp >= Now - shortest || recorded.Any(other => other.IsCredit && other.IsCredit == edition.IsCredit && other.Id == edition.Id))
                Assert.Equal((edition, "recorded"), (edition, status));
            else if (_closed.TryGetValue(account, out var horizon) && edition.Timestamp < horizon)
                Assert.Equal((edition, "late"), (edition, status));
            else
                Assert.Contains(status, (string[])["recorded", "late"]);
            if (status == "recorded")
                recorded.Add(edition);
        }

        return statuses;
    }

    /// <summary>Sends something again that was recorded.</summary>
    public async Task<string> RepeatAsync(Edition edition)
    {
        var status = Answer.Unavailable;
        await UntilAsync($"{edition.AccountId} is written", async node =>
        {
            using var api = new LedgerApi(node.Url, _http.Timeout);
            status = (await api.PostAllAsync([edition], asLines: true))[0].Status;
            return status != Answer.Unavailable;
        });
        return status;
    }

    /// <summary>Every account, from before its first entry to the future.</summary>
    public async Task AskAsync()
    {
        foreach (var account in _recorded.Keys)
        {
            foreach (var minutes in (int[])[-121, -105, -90, -75, -62, -58, -46, -44, -33, -25, -20, -12, -4, 0, 20])
                await AskAsync(account, start + (minutes * Minute));
            await AskAsync(account, Now - shortest + Minute); // the greatest horizon of all, as long as an answer may take
        }
    }

    /// <summary>Asks for a balance, and judges the answer.</summary>
    public async Task AskAsync(string account, long at)
    {
        (HttpStatusCode Status, JsonNode? Body) answer = default;
        await UntilAsync($"{account} answers", async node =>
        {
            using var response = await _http.GetAsync(new Uri(node.Url, $"/v1/accounts/{account}/balance?at={at}"));
            answer = (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync()));
            return response.StatusCode != HttpStatusCode.ServiceUnavailable;
        });

        var now = Now;
        if (answer.Status == HttpStatusCode.UnprocessableEntity)
        {
            Assert.Equal("before_horizon", (string?)answer.Body!["code"]);
            var horizon = long.Parse(HorizonInDetail().Match((string)answer.Body["detail"]!).Groups[1].Value, CultureInfo.InvariantCulture);
            Assert.InRange(horizon, at + 1, now - shortest);
            Assert.InRange(horizon, _closed.GetValueOrDefault(account, long.MinValue), long.MaxValue);
            _closed[account] = horizon;
            return;
        }

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.True(at >= _closed.GetValueOrDefault(account, long.MinValue), $"{account} answers for {at}, which was closed before {_closed.GetValueOrDefault(account)}");
        Assert.Equal((account, at - start, Oracle.BalanceAt(_recorded[account], at)), (account, at - start, (long?)answer.Body!["balance"]));
    }

    public void Dispose() => _http.Dispose();

    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private Task UntilAsync(string what, Func<ClusterNode, Task<bool>> isSo) => Poll.UntilAsync(
        what,
        async () =>
        {
            var known = nodes();
            try
            {
                if (await isSo(known[chance.Next(known.Count)]))
                    return true;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // no answer: another node is asked
            }

            await Task.Delay(_pause);
            return false;
        },
        _answersWithin);

    [GeneratedRegex(@"horizon, (-?\d+):")]
    private static partial Regex HorizonInDetail();
}
