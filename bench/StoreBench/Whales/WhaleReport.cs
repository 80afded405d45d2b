using System.Globalization;
using System.Text;

namespace StoreBench.Whales;

/// <summary>The tables of one whale.</summary>
internal sealed class WhaleReport(long usages)
{
    private const int KindsShown = 4;

    private readonly StringBuilder _text = new();
    private readonly StringBuilder _stalls = new();
    private readonly List<(string What, ColdAsk Ask, (long Rows, long Bytes) Snapshot, (long Events, long Bytes) Tail)> _colds = [];

    public void Filled(long entries, TimeSpan took, List<TimeSpan> probes, (long Rows, long Bytes) snapshot)
    {
        probes.Sort();
        Say($"{usages:N0} usages, {entries:N0} entries, written in {took.TotalSeconds:N1} s ({entries / took.TotalSeconds:N0} a second). The snapshot: {snapshot.Bytes:N0} bytes in {snapshot.Rows} rows, {(double)snapshot.Bytes / entries:N1} an entry.");
        Say($"Asked {probes.Count:N0} times meanwhile: p50 {Ms(At(probes, 0.5))}, p99 {Ms(At(probes, 0.99))}, longest {Ms(probes[^1])}.");
    }

    public void Rebuilt(TimeSpan asked, TimeSpan saved, (long Rows, long Bytes) snapshot) =>
        Say($"Without its snapshot: {asked.TotalSeconds:N2} s to the first answer from its events alone, then {saved.TotalSeconds:N2} s until its snapshot was whole again ({snapshot.Bytes:N0} bytes in {snapshot.Rows} rows).");

    public void AddSaves()
    {
        var saves = MessageTimes.Saves.ToArray();
        if (saves.Length == 0)
            return;
        var longest = saves.MaxBy(save => save.Took);
        Say($"Rows saved: {saves.Length:N0} with {saves.Sum(save => (long)save.Entries):N0} entries in {saves.Sum(save => save.Took.TotalSeconds):N2} s all together; the longest {Ms(longest.Took)} ({longest.Entries:N0} entries).");
    }

    /// <param name="when">What the messages since the last clearing were about.</param>
    public void AddStalls(string when)
    {
        foreach (var (place, times) in new[] { ("the account", MessageTimes.Account), ("the snapshot store", MessageTimes.SnapshotStore), ("the journal", MessageTimes.Journal) })
        {
            foreach (var (message, kept) in times.Read().Take(KindsShown))
            {
                var line = string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {when} | {place} | {message} | {kept.Count:N0} | {kept.Sum.TotalMilliseconds / kept.Count:N2} ms | {Ms(kept.Longest)} | {Ms(kept.LongestPauses)} | {Ms(kept.LongestCpu)} |");
                _stalls.AppendLine(line);
                Console.Error.WriteLine(line);
            }
        }
    }

    public void AddCold(string what, ColdAsk ask, (long Rows, long Bytes) snapshot, (long Events, long Bytes) tail)
    {
        _colds.Add((what, ask, snapshot, tail));
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {Ms(ask.Took)}, CPU {Ms(ask.Cpu)}, pauses {Ms(ask.Pauses)}, {ask.Allocated / 1e6:N0} MB allocated; {snapshot.Rows} rows, {tail.Events} events after them"));
    }

    public override string ToString()
    {
        var colds = new StringBuilder();
        foreach (var same in _colds.GroupBy(cold => cold.What))
        {
            var took = same.Select(cold => cold.Ask.Took).Order().ToList();
            var last = same.Last();
            colds.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {same.Key} | {took.Count} | {last.Snapshot.Rows} | {last.Tail.Events:N0} | {Ms(At(took, 0.5))} | {Ms(took[^1])} | {Ms(same.Select(cold => cold.Ask.Cpu).Order().ElementAt(took.Count / 2))} | {Ms(same.Max(cold => cold.Ask.Pauses))} | {last.Ask.Allocated / 1e6:N0} MB |");
        }

        return $"""
            {_text}
            | {usages:N0} usages | times | rows | events after them | median | longest | CPU, median | the collector's pauses, longest | allocated |
            |---|---:|---:|---:|---:|---:|---:|---:|---:|
            {colds}
            | {usages:N0} usages | kept | by | messages | mean | longest, by the clock | the collector's pauses in it | longest, CPU |
            |---|---|---|---:|---:|---:|---:|---:|
            {_stalls}
            """;
    }

    private void Say(FormattableString line)
    {
        _text.AppendLine(line.ToString(CultureInfo.InvariantCulture)).AppendLine();
        Console.Error.WriteLine(line.ToString(CultureInfo.InvariantCulture));
    }

    private static TimeSpan At(List<TimeSpan> sorted, double share) => sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];

    private static string Ms(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:N1} ms");
}
