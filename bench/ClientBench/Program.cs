using System.Globalization;
using ClientBench;
using DoorBench;

// dotnet run -c Release --project bench/ClientBench [-- rounds entries]
// It writes bench/results/client.md; with --print it only prints.
var numbers = args.Where(arg => arg != "--print").ToArray();
var rounds = numbers.Length > 0 ? int.Parse(numbers[0], CultureInfo.InvariantCulture) : 5;
var entries = numbers.Length > 1 ? int.Parse(numbers[1], CultureInfo.InvariantCulture) : 200_000;
var folder = Directory.CreateTempSubdirectory("gpucredit-bench-").FullName;
var file = new ResultFile("client.md", "The .NET client");
var made = ResultFile.Describe($"dotnet run -c Release --project bench/ClientBench -- {rounds} {entries}");

Console.WriteLine(made);
await WriteAsync("What adding costs the caller, and what holding costs", async report =>
{
    await AddRun.RunAsync(folder, rounds, report);
    report.WriteLine();
    await AddRun.HeldAsync(folder, report);
});
await WriteAsync("Entries a second to a Host's disk", report => HostRun.RunAsync(rounds, entries, report));
Directory.Delete(folder, recursive: true);

async Task WriteAsync(string heading, Func<TextWriter, Task> run)
{
    using var report = new StringWriter(CultureInfo.InvariantCulture);
    await run(report);
    Console.WriteLine($"\n## {heading}\n\n{report}");
    if (!args.Contains("--print"))
        Console.Error.WriteLine($"written to {await file.WriteAsync(heading, $"{made}\n\n{report}")}");
}
