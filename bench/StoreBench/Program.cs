using StoreBench;
using StoreBench.Residents;
using StoreBench.Rows;
using StoreBench.StartUp;
using StoreBench.Whales;

// dotnet run -c Release --project bench/StoreBench [-- accounts rows rounds folder]
// dotnet run -c Release --project bench/StoreBench -- postgres [accounts rows rounds]
// dotnet run -c Release --project bench/StoreBench -- accounts [accounts entries budget seconds sqlite|postgres] [--write | --add]
// dotnet run -c Release --project bench/StoreBench -- whale [usages sqlite|postgres] [--write]
// dotnet run -c Release --project bench/StoreBench -- startup [entries sqlite|postgres] [--write]
// dotnet run -c Release --project bench/StoreBench -- wake [accounts entries sqlite|postgres]
// dotnet run -c Release --project bench/StoreBench -- rows [count]
if (args is ["startup", ..])
{
    await StartUpRounds.RunAsync(args[1..]);
    return;
}

if (args is ["whale", ..])
{
    await WhaleRounds.RunAsync(args[1..]);
    return;
}

if (args is ["accounts", ..])
{
    await ResidentRounds.RunAsync(args[1..]);
    return;
}

if (args is ["wake", ..])
{
    await WakeRun.RunAsync(args[1..]);
    return;
}

if (args is ["rows", ..])
{
    await RowsRun.RunAsync(args[1..]);
    return;
}

if (args is ["postgres", ..])
{
    await PostgresRounds.RunAsync(args.AsMemory(1));
    return;
}

var accounts = args.Length > 0 ? int.Parse(args[0], null) : 500;
var rows = args.Length > 1 ? int.Parse(args[1], null) : 50_000;
var rounds = args.Length > 2 ? int.Parse(args[2], null) : 5;
var folder = args.Length > 3 ? args[3] : Directory.CreateTempSubdirectory("gpucredit-bench-").FullName;

Console.WriteLine(Machine.Describe(folder));
Console.WriteLine($"{accounts} accounts, {rows} rows; {rounds} rounds, each on new files in {folder}");
Console.WriteLine();

var table = new ResultTable();
for (var round = 0; round < rounds; round++)
{
    // All in each round, so that what else the machine does falls on all alike.
    table.Add(await RawCommits.RunAsync(folder, rowsEachCommit: 1, commits: 3_000));
    table.Add(await RawCommits.RunAsync(folder, rowsEachCommit: 300, commits: Math.Max(1, rows / 300)));
    table.Add(await PluginRun.PlainAsync(folder, accounts, rows / 10));
    table.Add(await PluginRun.OursAsync(folder, accounts, rows));
    table.Add(await AccountRun.RunAsync(folder, accounts, calls: rows / accounts, entriesEachCall: 1));
    table.Add(await AccountRun.RunAsync(folder, accounts, calls: Math.Max(1, rows / accounts / 10), entriesEachCall: 50));
    table.Add(await AccountRun.RunAsync(folder, accounts, calls: Math.Max(1, rows / accounts / 50), entriesEachCall: 1_000));
    Console.Error.WriteLine($"round {round + 1} of {rounds}");
}

Console.WriteLine(table);
