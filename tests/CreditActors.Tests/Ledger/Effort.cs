using System.Globalization;

namespace CreditActors.Tests.Ledger;

/// <summary>
/// How hard to look: <c>LEDGER_TEST_EFFORT=20</c> in the environment runs twenty times the samples and the longer runs.
/// </summary>
internal static class Effort
{
    private static readonly int Factor =
        int.TryParse(Environment.GetEnvironmentVariable("LEDGER_TEST_EFFORT"), CultureInfo.InvariantCulture, out var factor) ? Math.Max(1, factor) : 1;

    public static int Samples(int usual) => usual * Factor;
}
