using System.Diagnostics;

namespace EndToEnd.Tests.Hosting;

/// <summary>How a Host process is started: from a folder of its own, and with no setting but those given here.</summary>
internal static class HostCommand
{
    /// <param name="folder">The working directory.</param>
    /// <param name="tracer">A program and its arguments that starts the Host in its own place; empty for none.</param>
    /// <param name="arguments">The Host's.</param>
    public static ProcessStartInfo Of(string folder, IReadOnlyList<string> tracer, params string[] arguments)
    {
        string[] command = [.. tracer, "dotnet", BuiltPrograms.HostDll, .. arguments];
        var info = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // What is set for the developer's own Host must not reach this one.
        foreach (var name in info.Environment.Keys.Where(IsSetting).ToList()) info.Environment.Remove(name);
        info.Environment["DOTNET_HOSTBUILDER__RELOADCONFIGONCHANGE"] = "false";
        return info;
    }

    private static bool IsSetting(string name)
        => name.StartsWith("GpuCredit", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase)
        || name.Equals("URLS", StringComparison.OrdinalIgnoreCase);
}
