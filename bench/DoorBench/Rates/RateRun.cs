using System.Diagnostics;
using DoorBench.Doors;

namespace DoorBench.Rates;

/// <summary>So many usages through one door into a fresh Host; the clock stops when the last is stored.</summary>
internal static class RateRun
{
    public const int Accounts = 2_000;
    public const int WarmUp = 5_000;

    /// <summary>Where each is a call of its own, a fifth of the usages says as much, in less time.</summary>
    public const int FewerOneByOne = 5;

    public static async Task<Rate> RunAsync(HostUnderTest host, IDoor door, int entries)
    {
        var usages = new UsageStream("rate", Accounts);
        if (door.BatchSize == 1)
            entries /= FewerOneByOne;
        // The first of every account makes it, and the code is compiled.
        await SendAsync(door, usages, WarmUp);
        await door.WhenStoredAsync(usages.Taken);
        if (door is not BrokerDoor broker)
        {
            return await MeasureAsync(host, door.Name, entries, async () =>
            {
                await SendAsync(door, usages, entries);
                await door.WhenStoredAsync(usages.Taken);
            });
        }

        // All of it lies in the broker before the source begins.
        await broker.OrderAsync("pause");
        await SendAsync(door, usages, entries);
        await broker.OrderAsync("resume");
        // How long joining a group of consumers takes has nothing to do with how many messages there are.
        await door.WhenStoredAsync(usages.Taken - entries + 1);
        var before = (await door.LookAsync()).Stored;
        return await MeasureAsync(host, door.Name, (int)(usages.Taken - before), () => door.WhenStoredAsync(usages.Taken));
    }

    private static async Task<Rate> MeasureAsync(HostUnderTest host, string name, int entries, Func<Task> run)
    {
        var cpu = host.Cpu;
        var clock = Stopwatch.StartNew();
        await run();
        return new Rate(name, entries / clock.Elapsed.TotalSeconds, (host.Cpu - cpu).TotalMicroseconds / entries);
    }

    private static async Task SendAsync(IDoor door, UsageStream usages, int entries)
    {
        var left = (entries + door.BatchSize - 1) / door.BatchSize;
        await Task.WhenAll(Enumerable.Range(0, door.Senders).Select(sender => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
                await door.SendAsync(sender, usages.Take(door.BatchSize));
        })));
    }
}
