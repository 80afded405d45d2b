using System.Diagnostics;
using System.Text;
using EndToEnd.Tests.Hosting;

namespace EndToEnd.Tests.Examples;

/// <summary>Runs a program to its end and keeps what it printed.</summary>
internal static class Command
{
    private static readonly TimeSpan _deadline = TimeSpan.FromMinutes(3);

    /// <returns>The exit code, and what came out: the output, and then the errors.</returns>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = BuiltPrograms.RepositoryRoot,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            StandardOutputEncoding = Encoding.UTF8,
        })!;
        process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(_deadline);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            var errors = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
