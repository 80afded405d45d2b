using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using DoorBench.Doors;
using Postgres;

namespace DoorBench;

/// <summary>
/// Full load at every door at once; the event store stops for a while and comes back. Printed: usages acknowledged a second at
/// each door, and the Host's memory. At the end every balance is what it must be when nothing was lost and nothing counted twice.
/// </summary>
internal sealed class OutageRun(HostUnderTest host, PostgresServer server, IReadOnlyList<IDoor> doors)
{
    private const int Accounts = 200;
    private const long Granted = 1L << 40;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly UsageStream[] _usages = [.. doors.Select((_, n) => new UsageStream($"door{n}", Accounts))];
    private readonly long[] _acknowledged = new long[doors.Count];
    private volatile bool _enough;

    /// <returns>Balances that were wrong.</returns>
    public async Task<int> RunAsync(int secondsBefore, int secondsAway, int secondsAfter)
    {
        await GrantAsync();
        var load = Task.WhenAll(doors.Select(LoadAsync));
        Console.WriteLine($"| s | store | {string.Join(" | ", doors.Select(door => $"{door.Name}, usages/s"))} | Host, MiB |");
        Console.WriteLine($"|---:|---|{string.Concat(doors.Select(_ => "---:|"))}---:|");
        var clock = Stopwatch.StartNew();
        await WatchAsync(clock, secondsBefore, "there");
        await server.StopAsync(PostgresStop.Immediate);
        await WatchAsync(clock, secondsAway, "away");
        await server.StartAgainAsync();
        await WatchAsync(clock, secondsAfter, "back");
        _enough = true;
        await load;
        for (var n = 0; n < doors.Count; n++)
            await doors[n].WhenStoredAsync(_usages[n].Taken);
        Console.WriteLine();
        Console.WriteLine($"all acknowledged {clock.Elapsed.TotalSeconds:N0} s after the start: {_usages.Sum(usages => usages.Taken):N0} usages");
        return await CheckAsync();
    }

    private async Task GrantAsync()
    {
        using var http = new HttpClient { BaseAddress = host.Url };
        var credits = _usages.SelectMany(usages => usages.Accounts).Select(account => new { accountId = account, creditId = "c", amount = Granted, timestamp = 0, expiration = 1L << 50 });
        using var response = await http.PostAsJsonAsync("/v1/entries", credits);
        response.EnsureSuccessStatusCode();
    }

    private Task LoadAsync(IDoor door, int n) => Task.WhenAll(Enumerable.Range(0, door.Senders).Select(sender => Task.Run(async () =>
    {
        while (!_enough)
        {
            var batch = _usages[n].Take(door.BatchSize);
            await door.SendAsync(sender, batch);
            Interlocked.Add(ref _acknowledged[n], batch.Count);
        }
    })));

    private async Task WatchAsync(Stopwatch clock, int seconds, string store)
    {
        var before = Counts();
        for (var n = 0; n < seconds; n++)
        {
            await Task.Delay(Second);
            var now = Counts();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {clock.Elapsed.TotalSeconds:F0} | {store} | {string.Join(" | ", now.Zip(before, (later, earlier) => $"{later - earlier:N0}"))} | {host.Resident:N0} |"));
            before = now;
        }
    }

    private long[] Counts() => [.. Enumerable.Range(0, doors.Count).Select(n => Volatile.Read(ref _acknowledged[n]))];

    private async Task<int> CheckAsync()
    {
        using var http = new HttpClient { BaseAddress = host.Url };
        var wrong = 0;
        foreach (var usages in _usages)
        {
            for (var n = 0; n < Accounts; n++)
            {
                var answer = await http.GetFromJsonAsync<Balance>($"/v1/accounts/{usages.Accounts[n]}/balance?at={1L << 49}");
                var expected = Granted - usages.UsagesOf(n, usages.Taken);
                if (answer!.Amount == expected)
                    continue;
                wrong++;
                Console.WriteLine($"{usages.Accounts[n]}: {answer.Amount}, and must be {expected}");
            }
        }

        return wrong;
    }

    private sealed record Balance([property: System.Text.Json.Serialization.JsonPropertyName("balance")] long? Amount);
}
