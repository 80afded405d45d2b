using System.Diagnostics;
using System.Globalization;
using GpuCredit.Client;

namespace ClientBench;

/// <summary>What adding costs the caller, while the buffer sends to somebody who answers at once; beside a plain bounded channel.</summary>
internal static class AddRun
{
    private const int Entries = 1_000_000;
    private const int BurstEntries = 50_000;

    public static async Task RunAsync(string folder, int rounds, TextWriter report)
    {
        (string Name, Func<string, Task<Cost>> Run)[] ways =
        [
            ("a bounded Channel of entries", _ => Task.FromResult(Channel())),
            ("Add, in memory", _ => BufferAsync(new(), MadeIds)),
            ("AddUsage that makes the id and the time, in memory", _ => BufferAsync(new(), static (buffer, i) => buffer.AddUsage("account-1", i + 1) == AddResult.Accepted)),
            ("Add, spool Buffered", path => SpoolAsync(path, SpoolDurability.Buffered)),
            ("Add, spool Written", path => SpoolAsync(path, SpoolDurability.Written)),
            ("AddAsync, spool Synced, 256 at once", SyncedAsync),
        ];
        var costs = ways.ToDictionary(way => way.Name, _ => new List<Cost>());
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var (name, run) in ways)
            {
                var path = Path.Combine(folder, $"{round}-{costs.Keys.ToList().IndexOf(name)}");
                var cost = await run(path);
                // The first round warms up.
                if (round > 0)
                    costs[name].Add(cost);
            }
        }

        report.WriteLine($"{Entries:N0} entries by one thread in bursts of {BurstEntries:N0}, each flushed (not measured) before the next; the last row {SyncedEntries:N0} entries; {rounds} rounds; lowest to highest");
        report.WriteLine();
        report.WriteLine("| | ns an entry, median | range | bytes allocated by the caller an entry |");
        report.WriteLine("|---|---:|---:|---:|");
        foreach (var (name, of) in costs)
        {
            var sorted = of.Select(cost => cost.Nanoseconds).Order().ToList();
            report.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {name} | {sorted[sorted.Count / 2]:N0} | {sorted[0]:N0} to {sorted[^1]:N0} | {(double.IsNaN(of[0].Bytes) ? "" : $"{of.Average(cost => cost.Bytes):N1}")} |"));
        }
    }

    /// <summary>Memory while nobody answers and everything is held.</summary>
    public static async Task HeldAsync(string folder, TextWriter report)
    {
        report.WriteLine($"{Entries:N0} entries held while nobody answers, managed memory before and after:");
        report.WriteLine();
        foreach (var spool in (SpoolOptions?[])[null, new() { Folder = Path.Combine(folder, "held") }])
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            var options = new EntryBufferOptions { EntriesMax = Entries, BytesMax = long.MaxValue, Spool = spool, CloseTimeout = TimeSpan.Zero };
            await using var buffer = new EntryBuffer(new Nobody(), options);
            for (var i = 0; i < Entries; i++)
            {
                // Ids of their own, so that memory which holds them is seen.
                if (buffer.Add(Entry.Usage("account-1", string.Create(CultureInfo.InvariantCulture, $"held-{i:D10}"), i + 1, i)) != AddResult.Accepted)
                    throw new InvalidOperationException("not accepted");
            }

            var after = GC.GetTotalMemory(forceFullCollection: true);
            report.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"- {(spool is null ? "in memory" : "spool Written")}: {before / 1048576.0:N1} to {after / 1048576.0:N1} MiB; the buffer says {buffer.Bytes / 1048576.0:N1} MiB"));
        }
    }

    private const int SyncedEntries = 50_000;

    private static readonly string[] Ids = [.. Enumerable.Range(0, Entries).Select(i => $"usage-{i:D10}")];

    private static Cost Channel()
    {
        var channel = System.Threading.Channels.Channel.CreateBounded<Entry>(BurstEntries);
        var cost = default(Cost);
        for (var burst = 0; burst < Entries; burst += BurstEntries)
        {
            cost += Measure(burst, i => channel.Writer.TryWrite(Entry.Usage("account-1", Ids[i], i, i)));
            while (channel.Reader.TryRead(out _))
            {
                // Not measured: what a reader costs is its own.
            }
        }

        return cost;
    }

    private static bool MadeIds(EntryBuffer buffer, int i) => buffer.Add(Entry.Usage("account-1", Ids[i], i + 1, i)) == AddResult.Accepted;

    private static async Task<Cost> BufferAsync(EntryBufferOptions options, Func<EntryBuffer, int, bool> add)
    {
        options.EntriesMax = Entries;
        options.BytesMax = long.MaxValue;
        await using var buffer = new EntryBuffer(new Answers(), options);
        var cost = default(Cost);
        for (var burst = 0; burst < Entries; burst += BurstEntries)
        {
            cost += Measure(burst, i => add(buffer, i));
            await buffer.FlushAsync();
        }

        return cost;
    }

    private static Task<Cost> SpoolAsync(string path, SpoolDurability durability) =>
        BufferAsync(new() { Spool = new() { Folder = path, Durability = durability } }, MadeIds);

    private static async Task<Cost> SyncedAsync(string path)
    {
        await using var buffer = new EntryBuffer(new Answers(), new() { Spool = new() { Folder = path, Durability = SpoolDurability.Synced } });
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(0, SyncedEntries, new ParallelOptions { MaxDegreeOfParallelism = 256 }, async (i, cancellation) =>
            await buffer.AddAsync(Entry.Usage("account-1", Ids[i], i + 1, i), cancellation));
        return new(Stopwatch.GetElapsedTime(started).TotalNanoseconds / SyncedEntries, double.NaN);
    }

    private static Cost Measure(int from, Func<int, bool> add)
    {
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        for (var i = from; i < from + BurstEntries; i++)
        {
            if (!add(i))
                throw new InvalidOperationException("not accepted");
        }

        const double Share = 1.0 / Entries;
        return new(Stopwatch.GetElapsedTime(started).TotalNanoseconds * Share, (GC.GetAllocatedBytesForCurrentThread() - bytes) * Share);
    }

    private sealed class Answers : IEntrySender
    {
        private static readonly EntryOutcome Recorded = new() { Status = OutcomeStatus.Recorded, Version = 1 };

        public Task<SendResult> SendAsync(ReadOnlyMemory<Entry> entries, CancellationToken cancellation)
        {
            var outcomes = new EntryOutcome[entries.Length];
            Array.Fill(outcomes, Recorded);
            return Task.FromResult(SendResult.Answered(outcomes));
        }
    }

    private sealed class Nobody : IEntrySender
    {
        public Task<SendResult> SendAsync(ReadOnlyMemory<Entry> entries, CancellationToken cancellation) =>
            Task.FromResult(SendResult.Faulted(new GpuCreditException("nobody answers")));
    }

    /// <summary>Of one entry.</summary>
    private readonly record struct Cost(double Nanoseconds, double Bytes)
    {
        public static Cost operator +(Cost one, Cost other) => new(one.Nanoseconds + other.Nanoseconds, one.Bytes + other.Bytes);
    }
}
