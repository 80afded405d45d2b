using System.Diagnostics;

namespace EndToEnd.Tests.Durability;

/// <summary>While it lives, every sync that a running program asks for fails with EIO and isn't done.</summary>
internal sealed class FailingSyncs : IAsyncDisposable
{
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(30);

    private readonly Process _strace;

    private FailingSyncs(Process strace) => _strace = strace;

    public static async Task<FailingSyncs> BeginAsync(int processId)
    {
        var strace = Process.Start(new ProcessStartInfo("strace",
            ["-f", "-p", $"{processId}", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO"])
        {
            RedirectStandardError = true,
        })!;
        using var deadline = new CancellationTokenSource(_deadline);
        var said = await strace.StandardError.ReadLineAsync(deadline.Token);
        Assert.Contains("attached", said, StringComparison.Ordinal);
        return new FailingSyncs(strace);
    }

    public async ValueTask DisposeAsync()
    {
        // SIGINT lets it detach; killed, it would leave the program's threads stopped.
        using (var kill = Process.Start("kill", ["-INT", $"{_strace.Id}"])) await kill.WaitForExitAsync();
        using var deadline = new CancellationTokenSource(_deadline);
        await _strace.WaitForExitAsync(deadline.Token);
        _strace.Dispose();
    }
}
