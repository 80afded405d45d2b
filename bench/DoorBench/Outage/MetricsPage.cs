using System.Globalization;

namespace DoorBench.Outage;

/// <summary>A look at the Host's <c>/metrics</c>.</summary>
internal sealed class MetricsPage(string text)
{
    /// <summary>The sum of a metric over all its labels.</summary>
    /// <exception cref="InvalidOperationException">The page doesn't have it.</exception>
    public long Sum(string metric)
    {
        var values = text.Split('\n')
            .Where(line => line.StartsWith(metric, StringComparison.Ordinal) && line.Length > metric.Length && line[metric.Length] is '{' or ' ')
            .Select(Value)
            .ToList();
        return values.Count > 0 ? (long)values.Sum() : throw new InvalidOperationException($"/metrics has no {metric}");
    }

    /// <summary>Behind the labels, in which there may be blanks, comes the value, and perhaps a time.</summary>
    private static double Value(string line)
    {
        var rest = line[(line.IndexOf('}', StringComparison.Ordinal) is >= 0 and var end ? end + 1 : line.IndexOf(' ', StringComparison.Ordinal))..];
        return double.Parse(rest.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture);
    }
}
