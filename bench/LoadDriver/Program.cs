using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using LoadDriver.Doors;
using LoadDriver.Running;
using LoadDriver.Settings;
using StoreBench;

// dotnet run -c Release --project bench/LoadDriver -- --help
var now = TimeProvider.System.GetUtcNow();
if (new LoadCommand().Read(args, now, Environment.ProcessId, Console.Error, out var exitCode) is not { } options)
    return exitCode;
var machine = Machine.Describe(Path.GetTempPath());
await using var door = OpenedDoor.Open(options);
if (await LoadRun.ReachAsync(door, options) is { } why)
{
    await Console.Error.WriteLineAsync($"{(options.IsOverGrpc ? "--grpc" : "--url")} must be where a GpuCredit answers; {options.Address} doesn't: {why}");
    return 2;
}

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
var report = await LoadRun.RunAsync(door, options, stop.Token);
Console.Write(report);
if (options.Write is { } name)
{
    var root = typeof(LoadRun).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(one => one.Key == "RepositoryRoot").Value!;
    var file = Path.Combine(root, "bench", "results", $"load-{name}.md");
    await File.WriteAllTextAsync(file, string.Create(
        CultureInfo.InvariantCulture,
        $"# Load: {name}\n\n`dotnet run -c Release --project bench/LoadDriver -- {string.Join(' ', args)}`, on {now:d MMMM yyyy}.\n\nThe driver's machine: {machine}.\n\n{report}"));
    Console.WriteLine($"written to {file}");
}

return report.Verdict is { IsGood: false } ? 1 : 0;

// The second one ends the process as usual.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
