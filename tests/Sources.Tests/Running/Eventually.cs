using System.Diagnostics;

namespace Sources.Tests.Running;

/// <summary>Waits for what must come true, and fails by saying what didn't.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), TimeSpan.FromSeconds(20), () => what);

    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan within, Func<string> what)
    {
        var started = Stopwatch.StartNew();
        while (!await condition())
        {
            if (started.Elapsed >= within)
                Assert.Fail($"not within {within}: {what()}");
            await Task.Delay(Pause);
        }
    }
}
