using System.Diagnostics;
using System.Globalization;

namespace Postgres;

/// <summary>PostgreSQL's programs on this machine, and how they are run: never as root, which they refuse.</summary>
internal static class PostgresBinaries
{
    /// <summary>Debian makes it with the package, and it owns nothing but databases.</summary>
    private const string UnprivilegedUser = "postgres";

    private const string DebianFolder = "/usr/lib/postgresql";

    /// <summary>The folder of the newest version's programs; null when there is none.</summary>
    public static string? Folder { get; } = Find();

    /// <summary>Runs a program to its end, and answers what it printed.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Start(program, arguments, redirectOutput: true);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await error}{await output}");
    }

    /// <summary>Starts a program as a user that PostgreSQL takes.</summary>
    public static Process Start(string program, IEnumerable<string> arguments, bool redirectOutput = false)
    {
        string[] command = Environment.IsPrivilegedProcess
            ? ["setpriv", $"--reuid={UnprivilegedUser}", $"--regid={UnprivilegedUser}", "--init-groups", "--", program, .. arguments]
            : [program, .. arguments];
        return Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            // A folder that the other user may be in.
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = redirectOutput,
            RedirectStandardError = redirectOutput,
        })!;
    }

    /// <summary>Gives a folder to the user that PostgreSQL runs as.</summary>
    public static async Task GiveAsync(string folder)
    {
        if (!Environment.IsPrivilegedProcess)
            return;
        using var chown = Process.Start("chown", ["-R", UnprivilegedUser, folder]);
        await chown.WaitForExitAsync();
        if (chown.ExitCode != 0)
            throw new InvalidOperationException($"{folder} can't be given to {UnprivilegedUser}.");
    }

    private static string? Find()
    {
        var versions = Directory.Exists(DebianFolder) ? Directory.GetDirectories(DebianFolder) : [];
        return versions
            .Where(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .OrderByDescending(folder => int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture))
            .Select(folder => Path.Combine(folder, "bin"))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")));
    }
}
