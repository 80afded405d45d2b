using System.Globalization;

namespace AzureLlm;

/// <summary>How often each status was answered. Safe for several senders at once.</summary>
internal sealed class Outcomes
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);

    public void Add(string status)
    {
        lock (_gate) _counts[status] = _counts.GetValueOrDefault(status) + 1;
    }

    public int Of(string status)
    {
        lock (_gate) return _counts.GetValueOrDefault(status);
    }

    public override string ToString()
    {
        lock (_gate)
            return string.Join(", ", _counts.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value:N0}")));
    }
}
