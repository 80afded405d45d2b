namespace Host.Tests.Running;

/// <summary>Where the sources are, from the binaries of these tests.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "GpuCredit.sln")))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
