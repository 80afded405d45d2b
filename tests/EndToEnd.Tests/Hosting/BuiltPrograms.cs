using System.Reflection;

namespace EndToEnd.Tests.Hosting;

/// <summary>Where the build put the programs under test.</summary>
internal static class BuiltPrograms
{
    private static readonly Dictionary<string, string> _metadata = typeof(BuiltPrograms).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Where(attribute => attribute.Value is not null)
        .ToDictionary(attribute => attribute.Key, attribute => attribute.Value!);

    public static string RepositoryRoot => _metadata["RepositoryRoot"];

    public static string HostDll => Existing("HostDll");

    public static string AzureLlmDll => Existing("AzureLlmDll");

    private static string Existing(string key)
    {
        var path = Path.Combine(RepositoryRoot, _metadata[key]);
        return File.Exists(path) ? path : throw new FileNotFoundException("not built", path);
    }
}
