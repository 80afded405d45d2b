using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CreditActors.Accounts;

/// <summary>How much memory the accounts of one node may take together; the least recently used leave when they take more.</summary>
public readonly record struct ResidentBudget
{
    /// <summary>Less would hold no account of some size, and hardly a hundred of the smallest.</summary>
    public const long BytesMin = 1 << 20;

    private const int PercentMax = 90;

    private ResidentBudget(long bytes) => Bytes = bytes;

    public long Bytes { get; }

    /// <summary>What a budget has to look like, as the end of a sentence.</summary>
    public static string Rule { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"a number of bytes from {BytesMin}, also in MiB or GiB (\"512MiB\"), or a share from 1% to {PercentMax}% of the memory that this process may use");

    /// <param name="text">As the rule says.</param>
    /// <param name="available">The bytes that this process may use.</param>
    /// <param name="budget">The budget.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, long available, out ResidentBudget budget)
    {
        budget = default;
        if (text is null)
            return false;
        long bytes;
        if (text.EndsWith('%'))
        {
            if (!TryParse(text.AsSpan(..^1), out var percent) || percent is < 1 or > PercentMax)
                return false;
            bytes = Math.Max(BytesMin, available / 100 * percent);
        }
        else
        {
            var unit = text.EndsWith("MiB", StringComparison.Ordinal) ? 20 : text.EndsWith("GiB", StringComparison.Ordinal) ? 30 : 0;
            var digits = unit == 0 ? text.AsSpan() : text.AsSpan(..^3).TrimEnd(' ');
            if (!TryParse(digits, out var units) || units > long.MaxValue >> unit || units << unit < BytesMin)
                return false;
            bytes = units << unit;
        }

        budget = new(bytes);
        return true;
    }

    /// <inheritdoc cref="TryParse(string?, long, out ResidentBudget)"/>
    public static bool TryParse([NotNullWhen(true)] string? text, out ResidentBudget budget) =>
        TryParse(text, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, out budget);

    private static bool TryParse(ReadOnlySpan<char> digits, out long number) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
