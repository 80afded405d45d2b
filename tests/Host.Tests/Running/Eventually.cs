using System.Diagnostics;

namespace Host.Tests.Running;

/// <summary>Waits for what must come true, and fails by saying what didn't.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan within, string what)
    {
        var started = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(started.Elapsed < within, $"not within {within}: {what}");
            await Task.Delay(Pause);
        }
    }
}
