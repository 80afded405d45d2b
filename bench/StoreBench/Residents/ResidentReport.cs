using System.Globalization;
using System.Text;

namespace StoreBench.Residents;

/// <summary>What one run has measured, as Markdown.</summary>
internal sealed class ResidentReport(Population population, long budget)
{
    private readonly StringBuilder _rates = new("| | calls/s | entries/s | in memory when asked | p50 | p99 | CPU a call |\n|---|---:|---:|---:|---:|---:|---:|\n");
    private string _weight = "";

    /// <summary>The process before the first account, in MiB of resident memory.</summary>
    public double Empty { get; set; }

    /// <summary>The most that it ever took, in MiB of resident memory.</summary>
    public double Peak { get; set; }

    public long Evictions { get; set; }

    /// <param name="what">The calls.</param>
    /// <param name="rate">How fast.</param>
    /// <param name="cold">How many accounts had to be read for them; null where that says nothing.</param>
    /// <param name="entriesEach">Entries in a call; 0 where it is a question.</param>
    public void Add(string what, Rate rate, long? cold = null, int entriesEach = 0)
    {
        var entries = entriesEach == 0 ? "" : (rate.EachSecond * entriesEach).ToString("N0", CultureInfo.InvariantCulture);
        var hits = cold is { } misses ? Math.Max(0, 1 - ((double)misses / rate.Calls)).ToString("P0", CultureInfo.InvariantCulture) : "";
        _rates.AppendLine(CultureInfo.InvariantCulture, $"| {what} | {rate.EachSecond:N0} | {entries} | {hits} | {rate.Median.TotalMilliseconds:N2} ms | {rate.Slowest1Percent.TotalMilliseconds:N1} ms | {rate.Cpu.TotalMicroseconds / rate.Calls:N0} µs |");
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {rate.EachSecond:N0}/s, {rate.Elapsed.TotalSeconds:N0} s, {NodeMemory.ResidentMiB:N0} MiB"));
    }

    /// <param name="accounts">Accounts in memory.</param>
    /// <param name="estimated">What they take by their own estimate.</param>
    /// <param name="heap">What the heap holds more than before them, after a full collection.</param>
    /// <param name="resident">The process's resident memory, in MiB.</param>
    public void Weigh(long accounts, long estimated, long heap, double resident)
    {
        var usages = accounts * (population.EntriesEach - 1);
        _weight = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            | accounts in memory | of | the heap's bytes an account | the estimate's | the heap's bytes a usage | heap | resident memory |
            |---:|---:|---:|---:|---:|---:|---:|
            | {accounts:N0} | {population.Accounts:N0} | {heap / (double)accounts:N0} | {estimated / (double)accounts:N0} | {heap / (double)usages:N0} | {heap / (double)(1 << 20):N0} MiB | {resident:N0} MiB |
            """);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        {population.Accounts:N0} accounts of {population.EntriesEach} entries, budget {budget / (double)(1 << 20):N0} MiB. The process: {Empty:N0} MiB of resident memory before the first account, {Peak:N0} MiB at the most;
        {Evictions:N0} accounts left because of the budget.

        {_weight}

        {_rates}
        """);
}
