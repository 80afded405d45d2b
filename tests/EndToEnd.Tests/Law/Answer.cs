namespace EndToEnd.Tests.Law;

/// <summary>What a write was answered.</summary>
internal sealed record Answer(string Status, long Version)
{
    public const string Unavailable = "unavailable";
}
