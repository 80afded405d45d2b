namespace GpuCredit.Host.Operations;

/// <summary>How the node is, and each check by its name.</summary>
internal sealed record HealthAnswer(string Status, IReadOnlyDictionary<string, string> Checks);
