using System.Globalization;
using CreditActors.Ledger;
using CreditActors.Serialization;
using GpuCredit.Host.EventStore;
using GpuCredit.Host.EventStore.Rows;
using GpuCredit.Host.Hosting;
using Postgres;

namespace StoreBench.Rows;

/// <summary>
/// What a stored row costs PostgreSQL, and nothing else: the Host's own statement with two writers, as the Host has, and no accounts. Each row is an event of one usage, whose id has
/// 32 characters. Then two servers beside each other, half of the rows each, as if the accounts were spread over two stores.
/// </summary>
internal static class RowsRun
{
    private const int Accounts = 10_000;
    private const int Writers = 2;
    private const string Name = "rows";

    /// <summary>Rows of a transaction: what few, some and very many callers at once come to.</summary>
    private static readonly int[] s_together = [1, 64, 300];

    public static async Task RunAsync(string[] args)
    {
        var rows = args.Length > 0 ? int.Parse(args[0], null) : 300_000;
        Console.WriteLine(Machine.Describe(Path.GetTempPath()));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows:N0} rows over {Accounts:N0} accounts, {Writers} writers a server; the rows of a thousandth of that first, uncounted"));
        Console.WriteLine();
        Console.WriteLine("| | rows/s | PostgreSQL's CPU a row | log (WAL) a row | table a row | its keys a row |\n|---|---:|---:|---:|---:|---:|");
        foreach (var together in s_together)
        {
            await using var server = await ServerAsync();
            Print($"one server, {together} a transaction", [await MeasureAsync(server, together == 1 ? rows / 10 : rows, together)]);
        }

        await using var one = await ServerAsync();
        await using var other = await ServerAsync();
        Print("two servers at once, 64 a transaction", await Task.WhenAll(MeasureAsync(one, rows / 2, 64), MeasureAsync(other, rows / 2, 64)));
    }

    private static Task<PostgresServer> ServerAsync() => PostgresServer.StartAsync("max_wal_size=8GB", "wal_compression=lz4");

    private static async Task<ServerCost> MeasureAsync(PostgresServer server, int rows, int together)
    {
        var target = EventStoreTarget.From(StoreKind.Postgres, await server.CreateDatabaseAsync(Name), "/", shards: 100);
        await using var store = await target.OpenAsync();
        await WriteAsync(store.Rows, 0, Math.Max(Writers * together, rows / 1_000), together);
        var before = await ServerCost.ReadAsync(server, Name);
        await WriteAsync(store.Rows, Accounts * 1_000L, rows, together);
        return (await ServerCost.ReadAsync(server, Name)).Since(before) with { Rows = rows };
    }

    private static Task WriteAsync(IEventRows store, long first, int rows, int together) => Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
    {
        for (var at = writer * together; at < rows; at += Writers * together)
            await store.AppendAsync([.. Enumerable.Range(at, Math.Min(together, rows - at)).Select(number => RowOf(first + number))]);
    }));

    private static EventRow RowOf(long number)
    {
        // The multiplier is coprime to the number of accounts: each is written to once in ten thousand rows, in no order.
        var (account, version) = (number * 7_919 % Accounts, (number / Accounts) + 1);
        return new(
            string.Create(CultureInfo.InvariantCulture, $"account-customer-{account:D8}"), version, TimeProvider.System.GetUtcNow().Ticks,
            EventCodec.Write([new Usage(string.Create(CultureInfo.InvariantCulture, $"{number:x32}"), 1_000, 1_790_000_000_000 + number)]),
            ProtobufSerializer.EntriesRecordedManifest, ProtobufSerializer.FrozenIdentifier, "00000000000000000000000000000000");
    }

    private static void Print(string name, ServerCost[] costs)
    {
        var rows = costs.Sum(cost => cost.Rows);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {rows / costs.Max(cost => cost.At.TotalSeconds):N0} | {costs.Sum(cost => cost.Cpu.TotalMicroseconds) / rows:N1} µs | {costs.Sum(cost => cost.Wal) / (double)rows:N0} B | {costs.Sum(cost => cost.Table) / (double)rows:N0} B | {costs.Sum(cost => cost.Keys) / (double)rows:N0} B |"));
    }
}
