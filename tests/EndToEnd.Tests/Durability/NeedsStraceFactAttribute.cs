namespace EndToEnd.Tests.Durability;

/// <summary>A test that is skipped, and says so, on a developer's machine without strace. With CI=true it runs, and fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsStraceFactAttribute : FactAttribute
{
    public NeedsStraceFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("CI") != "true" && !IsOnPath())
            Skip = "strace isn't installed (./test.sh installs it)";
    }

    private static bool IsOnPath()
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "strace")));
}
