namespace GpuCredit.Host.Formats.Mapping;

/// <summary>One step of a path: to an object's property, or to an array's element; or, in <c>Each</c>, to every element.</summary>
internal readonly record struct PathStep(string? Name, int? Index)
{
    public bool IsEvery => Name is null && Index is null;
}
