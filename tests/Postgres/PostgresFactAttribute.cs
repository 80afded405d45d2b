namespace Postgres;

/// <summary>A test that is skipped, and says so, on a developer's machine without PostgreSQL. With CI=true it runs, and fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute() => Skip = WhySkipped;

    internal static string? WhySkipped => PostgresBinaries.Folder is null && Environment.GetEnvironmentVariable("CI") != "true"
        ? "PostgreSQL isn't installed (./test.sh installs it)"
        : null;
}
