namespace EndToEnd.Tests.Law;

/// <summary>What a question was answered: the amount, or <c>null</c> for none, and what was known then.</summary>
internal sealed record Balance(long? Amount, long Version);
