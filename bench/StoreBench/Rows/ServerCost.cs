using System.Diagnostics;
using System.Globalization;
using Postgres;

namespace StoreBench.Rows;

/// <summary>What a server has spent, up to an instant or between two of them.</summary>
/// <param name="At">By a clock that began at any time.</param>
/// <param name="Cpu">Of all its processes that are alive, and those that have ended.</param>
/// <param name="Wal">Bytes of its log.</param>
/// <param name="Table">Bytes of the table of events, without its keys.</param>
/// <param name="Keys">Bytes of its keys.</param>
internal sealed record ServerCost(TimeSpan At, TimeSpan Cpu, long Wal, long Table, long Keys)
{
    // Linux counts processor time in ticks of a hundredth of a second, whatever the clock of the kernel is.
    private const int TicksPerSecond = 100;

    public int Rows { get; init; }

    public static async Task<ServerCost> ReadAsync(PostgresServer server, string database)
    {
        var backend = Stat((int)(await server.AskAsync(database, "SELECT pg_backend_pid()"))!)!.Value.Parent;
        return new(
            Stopwatch.GetElapsedTime(0),
            TimeSpan.FromSeconds(Processes(backend) / (double)TicksPerSecond),
            (long)(decimal)(await server.AskAsync(database, "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"))!,
            (long)(await server.AskAsync(database, "SELECT pg_table_size('journal')"))!,
            (long)(await server.AskAsync(database, "SELECT pg_indexes_size('journal')"))!);
    }

    public ServerCost Since(ServerCost before) => new(At - before.At, Cpu - before.Cpu, Wal - before.Wal, Table - before.Table, Keys - before.Keys);

    /// <summary>Ticks of the postmaster and of its children; of those that have ended it has the sum.</summary>
    private static long Processes(int postmaster) =>
        Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? (Id: id, Stat: Stat(id)) : (Id: 0, Stat: null))
            .Where(process => process.Id == postmaster || process.Stat?.Parent == postmaster)
            .Sum(process => process.Stat is { } stat ? stat.Own + (process.Id == postmaster ? stat.Ended : 0) : 0);

    private static (int Parent, long Own, long Ended)? Stat(int process)
    {
        try
        {
            // After the name, which may hold anything and is in parentheses: state, parent, …
            var fields = File.ReadAllText($"/proc/{process}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return (Int(fields[1]), Int(fields[11]) + Int(fields[12]), Int(fields[13]) + Int(fields[14]));
        }
        catch (IOException)
        {
            return null; // it has ended
        }
    }

    private static int Int(string field) => int.Parse(field, CultureInfo.InvariantCulture);
}
