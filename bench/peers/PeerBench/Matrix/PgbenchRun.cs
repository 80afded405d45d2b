using System.Globalization;
using System.Text.RegularExpressions;
using PeerBench.Peers;
using PeerBench.Peers.Postgres;
using Postgres;

namespace PeerBench.Matrix;

/// <summary>
/// A cross-check with PostgreSQL's own client, in C: whether a cheaper client than Npgsql would change what its peers reach. Usages in
/// order of time only, over 10,000 accounts with pgbench's zipf, so near w1o and not the same mix.
/// </summary>
internal static partial class PgbenchRun
{
    private const int Rounds = 3;
    private const int Accounts = 10_000;

    private static readonly (string Peer, string Statement)[] Statements =
    [
        ("pg-rowlock", "select rl.use_credit(:a, gen_random_uuid(), public.ms(), 5);"),
        ("pg-fold", "select fo.put(:a, gen_random_uuid(), 1::smallint, public.ms(), 5, 0);"),
        ("pg-append", "insert into ap.event values (:a, gen_random_uuid(), 1, public.ms(), 5, 0) on conflict do nothing;"),
    ];

    public static async Task<int> RunAsync(int seconds)
    {
        if (PostgresBinaries.Folder is not { } programs)
            throw new InvalidOperationException("PostgreSQL isn't installed.");
        await using var servers = new Servers();
        var (site, _) = await servers.ForAsync("pg-rowlock");
        var database = new PeerDatabase(site);
        await PrepareAsync(database);
        Console.WriteLine("| pgbench | clients | median, a second | lowest to highest |\n| --- | ---: | ---: | ---: |");
        foreach (var (peer, statement) in Statements)
        {
            foreach (var clients in peer == "pg-append" ? (int[])[8, 32] : [8])
            {
                var rates = new List<double>();
                for (var round = 0; round < Rounds; round++)
                    rates.Add(await MeasureAsync(Path.Combine(programs, "pgbench"), site, statement, clients, seconds));
                rates.Sort();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {peer} | {clients} | {rates[Rounds / 2]:N0} | {rates[0]:N0} to {rates[^1]:N0} |"));
            }
        }

        return 0;
    }

    /// <summary>One credit for each account that never ends.</summary>
    private static async Task PrepareAsync(PeerDatabase database)
    {
        foreach (var script in (string[])["rowlock", "fold", "append"])
            await database.RunScriptAsync(script);
        await database.AskAsync($"select count(rl.add_credit(a, gen_random_uuid(), 1000000000, 1, 9000000000000)) from generate_series(1,{Accounts}) a");
        await database.AskAsync($"select count(fo.put(a, gen_random_uuid(), 0::smallint, 1, 1000000000, 9000000000000)) from generate_series(1,{Accounts}) a");
        await database.AskAsync("create or replace function public.ms() returns bigint language sql as 'select (extract(epoch from clock_timestamp())*1000)::bigint'");
        await database.AskAsync("vacuum analyze");
    }

    private static async Task<double> MeasureAsync(string pgbench, Site site, string statement, int clients, int seconds)
    {
        var script = Path.Combine(Path.GetTempPath(), $"gpucredit-peers-pgbench-{Environment.ProcessId}.sql");
        await File.WriteAllTextAsync(script, $"\\set a random_zipfian(1,{Accounts},1.001)\n{statement}\n");
        try
        {
            var output = await PostgresBinaries.RunAsync(
                pgbench, "-n", "-M", "prepared", "-j", "1", "-c", Text(clients), "-T", Text(seconds), "-f", script,
                $"host=127.0.0.1 port={site.PostgresPort} user=postgres password={PostgresServer.Password} dbname={PeerDatabase.Name}");
            return double.Parse(Rate().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
        }
        finally
        {
            File.Delete(script);
        }
    }

    [GeneratedRegex(@"^tps = ([0-9.]+)", RegexOptions.Multiline)]
    private static partial Regex Rate();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
