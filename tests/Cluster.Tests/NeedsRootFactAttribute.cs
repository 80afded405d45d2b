namespace Cluster.Tests;

/// <summary>A test that mounts a file system: skipped, and says so, for a developer who isn't root. With CI=true it runs, and fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsRootFactAttribute : FactAttribute
{
    public NeedsRootFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess && Environment.GetEnvironmentVariable("CI") != "true")
            Skip = "only root can mount a small disk";
    }
}
