using System.Diagnostics;

namespace StoreBench.Residents;

/// <summary>So many calls, what each took, and for how long all of them.</summary>
internal sealed record Rate(long Calls, TimeSpan Elapsed, TimeSpan Cpu, TimeSpan Median, TimeSpan Slowest1Percent)
{
    public double EachSecond => Calls / Elapsed.TotalSeconds;

    /// <summary>Callers that each send the next call when the last is answered: until the time is over, or until they have made so many.</summary>
    /// <param name="callers">So many at once.</param>
    /// <param name="until">Time after which none begins.</param>
    /// <param name="callsMax">Calls in all.</param>
    /// <param name="call">One call, by its number from 0.</param>
    public static async Task<Rate> MeasureAsync(int callers, TimeSpan until, long callsMax, Func<long, Task> call)
    {
        var next = -1L;
        var span = Span.Begin();
        var latencies = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            var mine = new List<TimeSpan>();
            while (Stopwatch.GetElapsedTime(span.Since) < until && Interlocked.Increment(ref next) is var number && number < callsMax)
            {
                var since = Stopwatch.GetTimestamp();
                await call(number);
                mine.Add(Stopwatch.GetElapsedTime(since));
            }

            return mine;
        })));
        var (elapsed, cpu) = span.End();
        var sorted = latencies.SelectMany(mine => mine).Order().ToArray();
        return new(sorted.Length, elapsed, cpu, sorted[sorted.Length / 2], sorted[(int)(sorted.Length * 0.99)]);
    }
}
