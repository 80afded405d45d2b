using Host.Tests.Running;

namespace Client.Tests.Running;

/// <summary>Waits for what must come true soon.</summary>
internal static class Until
{
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    public static Task TrueAsync(Func<bool> condition, string what) => Eventually.TrueAsync(() => Task.FromResult(condition()), Soon, what);
}
