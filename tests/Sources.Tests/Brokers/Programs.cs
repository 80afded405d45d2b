namespace Sources.Tests.Brokers;

/// <summary>Programs of Debian's packages.</summary>
internal static class Programs
{
    private static readonly string[] Folders = ["/usr/sbin", "/usr/bin", "/usr/lib/rabbitmq/bin", .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')];

    /// <summary>Its path; null when it isn't installed.</summary>
    public static string? Find(string name) => Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Why a test that needs it is skipped; null when it runs. With CI=true it runs, and fails.</summary>
    public static string? WhySkipped(string name) => Find(name) is null && Environment.GetEnvironmentVariable("CI") != "true"
        ? $"{name} isn't installed (./test.sh installs it)"
        : null;

    public static string Get(string name) => Find(name) ?? throw new InvalidOperationException($"{name} isn't installed (./test.sh installs it).");
}
