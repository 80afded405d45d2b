using System.Globalization;
using System.Text.Json;
using PeerBench.Measuring;
using PeerBench.Peers;
using PeerBench.Work;

namespace PeerBench.Matrix;

/// <summary>All variants, pass after pass, so that what else the machine does in an hour falls on all alike.</summary>
internal sealed class MatrixRun(Options options, Servers servers, string lines)
{
    private readonly HashSet<string> _failed = [];

    /// <summary>What failed, in a sentence each; empty when all is well.</summary>
    public IReadOnlyCollection<string> Failed => _failed;

    public async Task<IReadOnlyList<Measured>> RunAsync()
    {
        Variant[] all = [.. Variants.All(options.Histories).Select(variant => options.Seconds is { } seconds ? variant with { Seconds = seconds } : variant)];
        await CheckAsync(PeerNames.All.Where(peer => options.Peers.Count == 0 || options.Peers.Contains(peer)));
        var results = new List<Measured>();
        for (var pass = 1; pass <= options.Passes; pass++)
        {
            Variant[] variants = [.. all.Where(variant => options.Wants(variant.Peer, variant.Workload) && !(variant.IsSecondary && pass > 1))];
            for (var i = 0; i < variants.Length; i++)
            {
                if (await MeasureAsync(variants[i], pass) is not { } measured)
                    continue;
                results.Add(measured);
                await File.AppendAllTextAsync(lines, JsonSerializer.Serialize(measured) + "\n");
                await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"pass {pass}, {i + 1} of {variants.Length}: {Describe(measured)}"));
            }
        }

        return results;
    }

    private async Task CheckAsync(IEnumerable<string> peers)
    {
        foreach (var peer in peers)
        {
            // What only stores can't be judged.
            if (peer is "pg-append" or "pg-copy" or "sqlite-full" or "sqlite-normal")
                continue;
            var (site, redis) = await servers.ForAsync(peer);
            await using var its = redis;
            if (!await MeasuringProcess.CheckAsync(peer, site))
                _failed.Add($"{peer} doesn't pass its check");
        }
    }

    /// <summary>A run that others disturbed is made again; when none was quiet the quietest counts.</summary>
    private async Task<Measured?> MeasureAsync(Variant variant, int pass)
    {
        Measured? best = null;
        for (var attempt = 1; attempt <= options.Tries && (best is null || best.OthersCpu > MachineState.OthersMax); attempt++)
        {
            var (site, redis) = await servers.ForAsync(variant.Peer);
            await using var its = redis;
            var measured = await MeasuringProcess.MeasureAsync(variant, site, options.Quiet, pass);
            if (measured is null || measured.IsWrong)
            {
                _failed.Add($"{variant.Workload} {variant.Peer}, {variant.Callers}: {measured?.Verdict ?? "failed"}");
                return measured;
            }

            if (best is null || measured.OthersCpu < best.OthersCpu)
                best = measured;
        }

        return best;
    }

    private static string Describe(Measured measured)
    {
        var what = measured.History is { } history
            ? string.Create(CultureInfo.InvariantCulture, $"now {history.AskNow:N3} ms, after a late write {history.AskAfterLate:N3} ms, cold {history.ColdAsk:N1} ms")
            : string.Create(CultureInfo.InvariantCulture, $"{measured.WritesPerSecond:N0} writes/s, {measured.AsksPerSecond:N0} asks/s");
        return string.Create(CultureInfo.InvariantCulture, $"{measured.Variant.Workload} {measured.Variant.Peer}, {measured.Variant.Callers}: {what}, {measured.Verdict}, others took {measured.OthersCpu:N2} cores");
    }
}
