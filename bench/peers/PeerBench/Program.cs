using System.Globalization;
using System.Text.Json;
using PeerBench.Matrix;
using PeerBench.Measuring;
using PeerBench.Work;
using StoreBench;

// bench/peers.sh [passes] [seconds]          builds it, looks for what must be installed, and runs all of it
// dotnet run -c Release --project bench/peers/PeerBench -- help
if (args is ["measure" or "check", ..])
    return await MeasuringProcess.MainAsync(args);
if (args is ["entries", ..])
    return WriteEntries(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 200_000);
if (args is ["pgbench", ..])
    return await PgbenchRun.RunAsync(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 6);
if (args is ["table", .. var files])
{
    Write([.. files.SelectMany(File.ReadLines).Select(line => JsonSerializer.Deserialize<Measured>(line)!)]);
    return 0;
}

if (Options.Read(args) is not { } options)
{
    await Console.Error.WriteLineAsync(Options.Usage);
    return 2;
}

var lines = options.Lines ?? Path.Combine(Path.GetTempPath(), $"gpucredit-peers-{Environment.ProcessId}.jsonl");
IReadOnlyList<DiskRate> disk = options.Wants("disk", "disk") ? DiskProbe.Run(Path.GetTempPath(), TimeSpan.FromSeconds(2)) : [];
var machine = Machine.Describe(Path.GetTempPath());
await using var servers = new Servers();
var run = new MatrixRun(options, servers, lines);
var results = await run.RunAsync();
Console.WriteLine($"`bench/peers.sh {string.Join(' ', args.TakeWhile(word => word != "--commit"))}`{(options.Commit is { } commit ? $", commit {commit}" : "")}");
Console.WriteLine();
Console.WriteLine($"{machine}; PostgreSQL {await servers.PostgresVersionAsync() ?? "not used"}. Callers, nodes and databases share the machine.");
Console.WriteLine();
Write(results);
WriteDisk(disk);
await Console.Error.WriteLineAsync($"each run's own line is in {lines}");
foreach (var failure in run.Failed)
    await Console.Error.WriteLineAsync(failure);
return run.Failed.Count == 0 ? 0 : 1;

static void Write(IReadOnlyList<Measured> results)
{
    Console.WriteLine(new Reach(results));
    Console.WriteLine(new PeerTables(results));
}

static void WriteDisk(IReadOnlyList<DiskRate> rates)
{
    if (rates.Count == 0)
        return;
    Console.WriteLine("### The disk: write and fdatasync\n\n| block | a second | p50 / p99 / p99.9, ms |\n| --- | ---: | ---: |");
    foreach (var rate in rates)
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {rate.What} | {rate.PerSecond:N0} | {rate.Latency.P50:N3} / {rate.Latency.P99:N3} / {rate.Latency.P999:N3} |"));
}

static int WriteEntries(int count)
{
    foreach (var entry in Workload.Deliveries(count, Variant.Accounts, Variant.Seed))
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{entry.Account},{entry.Id},{entry.Kind},{entry.Timestamp},{entry.Amount},{entry.End}"));
    return 0;
}
