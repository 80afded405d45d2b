using System.Diagnostics;

namespace Cluster.Tests.Nodes;

/// <summary>Waits for something that only asking again can tell.</summary>
internal static class Poll
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(50);

    /// <param name="what">What is awaited, for the sentence when it doesn't come.</param>
    /// <param name="isSo">Asked again and again.</param>
    /// <param name="patience">The deadline.</param>
    public static async Task UntilAsync(string what, Func<Task<bool>> isSo, TimeSpan patience)
    {
        var waited = Stopwatch.StartNew();
        while (!await isSo())
        {
            if (waited.Elapsed > patience) throw new TimeoutException($"for {patience.TotalSeconds:N0} s not: {what}");
            await Task.Delay(_pause);
        }
    }
}
