using System.Diagnostics;

namespace EndToEnd.Tests.Durability;

/// <summary>Where strace writes to: a folder of its own, away from the Host's.</summary>
internal sealed class TraceFile : IDisposable
{
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("gpucredit-trace-").FullName;

    public string Path => System.IO.Path.Combine(_folder, "trace");

    /// <summary>Awaits a text. strace writes a call down when it has returned, and its effect may be seen before.</summary>
    public async Task HoldsAsync(string text)
    {
        var waited = Stopwatch.StartNew();
        while (!(await File.ReadAllTextAsync(Path)).Contains(text, StringComparison.Ordinal))
        {
            Assert.True(waited.Elapsed < _deadline, $"the trace doesn't hold {text}");
            await Task.Delay(TimeSpan.FromMilliseconds(25));
        }
    }

    /// <summary>
    /// Reads the trace of a program that has ended. strace isn't a child of ours and writes the end a moment later,
    /// in a line of its own that says so.
    /// </summary>
    public async Task<IReadOnlyList<SystemCall>> ReadAsync()
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var lines = await File.ReadAllLinesAsync(Path);
            if (lines.Length > 0 && lines[^1].EndsWith("+++ killed by SIGKILL +++", StringComparison.Ordinal)) return Strace.Parse(lines);
            Assert.True(waited.Elapsed < _deadline, "the trace has no end");
            await Task.Delay(TimeSpan.FromMilliseconds(25));
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
