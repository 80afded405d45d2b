namespace Sources.Tests.Hosts;

/// <summary>Run when the tests that run side by side are done.</summary>
[CollectionDefinition(Collection, DisableParallelization = true)]
public sealed class ByThemselves
{
    public const string Collection = "by themselves";
}
