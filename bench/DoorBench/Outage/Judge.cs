using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Serialization;

namespace DoorBench.Outage;

/// <summary>
/// What the accounts say at the end. Every usage was of one credit, so a balance counts usages: those up to an instant. Compared at
/// several instants, so that one that is missing isn't made up for by another that was counted twice.
/// </summary>
internal sealed class Judge(Uri host) : IDisposable
{
    /// <summary>What every account is granted, for ever: far more than is used.</summary>
    public const long Granted = 1L << 40;

    private const int AskedAtOnce = 32;

    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly HttpClient _http = new() { BaseAddress = host };

    public async Task GrantAsync(IEnumerable<string> accounts)
    {
        var credits = accounts.Select(account => new { accountId = account, creditId = "c", amount = Granted, timestamp = 0, expiration = 1L << 50 });
        using var response = await _http.PostAsJsonAsync("/v1/entries", credits);
        response.EnsureSuccessStatusCode();
    }

    /// <param name="usages">All of what was taken was acknowledged.</param>
    public async Task<Finding> AskAsync(UsageStream usages)
    {
        var expected = usages.Counts();
        var (stored, lost, twice) = (0L, 0L, 0L);
        await Parallel.ForAsync(0, usages.Accounts.Count, new ParallelOptions { MaxDegreeOfParallelism = AskedAtOnce }, async (account, cancellation) =>
        {
            var (missing, more) = (0L, 0L);
            for (var n = 0; n < UsageStream.Instants.Count; n++)
            {
                var used = Granted - await BalanceAsync(usages.Accounts[account], UsageStream.Instants[n], cancellation);
                missing = Math.Max(missing, expected[account][n] - used);
                more = Math.Max(more, used - expected[account][n]);
                if (n == UsageStream.Instants.Count - 1)
                    Interlocked.Add(ref stored, used);
            }

            Interlocked.Add(ref lost, missing);
            Interlocked.Add(ref twice, more);
        });
        return new Finding(usages.Taken, stored, lost, twice);
    }

    public void Dispose() => _http.Dispose();

    private async Task<long> BalanceAsync(string account, long at, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(AnswersWithin);
        while (true)
        {
            using var response = await _http.GetAsync($"/v1/accounts/{account}/balance?at={at}", patience.Token);
            if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
                return (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<Balance>(patience.Token))!.Amount ?? 0;
            await Task.Delay(Pause, patience.Token);
        }
    }

    private sealed record Balance([property: JsonPropertyName("balance")] long? Amount);
}
