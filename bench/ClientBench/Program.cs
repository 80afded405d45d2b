using System.Globalization;
using ClientBench;
using StoreBench;

// dotnet run -c Release --project bench/ClientBench [-- rounds entries]
var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
var entries = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 200_000;
var folder = Directory.CreateTempSubdirectory("gpucredit-bench-").FullName;

Console.WriteLine(Machine.Describe(folder));
Console.WriteLine();

await AddRun.RunAsync(folder, rounds);
Console.WriteLine();
await AddRun.HeldAsync(folder);
Console.WriteLine();
await HostRun.RunAsync(rounds, entries);
Directory.Delete(folder, recursive: true);
