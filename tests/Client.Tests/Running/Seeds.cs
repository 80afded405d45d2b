using System.Globalization;

namespace Client.Tests.Running;

/// <summary>A new seed for each run, printed; <c>GPUCREDIT_SEED</c> brings one back.</summary>
internal static class Seeds
{
    public static int Take(ITestOutputHelper output)
    {
        var seed = Environment.GetEnvironmentVariable("GPUCREDIT_SEED") is { } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : Environment.TickCount & int.MaxValue;
        output.WriteLine($"GPUCREDIT_SEED={seed}");
        return seed;
    }
}
