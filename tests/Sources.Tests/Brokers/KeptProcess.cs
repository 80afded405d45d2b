using System.Diagnostics;

namespace Sources.Tests.Brokers;

/// <summary>
/// A server under a keeper: a shell that ends the server and takes its folder away when the tests are killed, since then
/// nobody else would.
/// </summary>
internal sealed class KeptProcess : IAsyncDisposable
{
    /// <summary>Waits for a line that names the signal that ends the server. The end of its input means that the tests are gone.</summary>
    private const string Keeper =
        """
        trap '' HUP INT TERM
        folder=$1; shift
        exec >>"$folder/server.log" 2>&1
        "$@" </dev/null &
        server=$!
        if read -r signal; then
          kill -"$signal" "$server"; wait "$server"
        else
          kill -KILL "$server"; wait "$server"; rm -rf "$folder"
        fi
        """;

    private readonly Process _keeper;

    private KeptProcess(Process keeper) => _keeper = keeper;

    public static KeptProcess Start(string folder, IReadOnlyDictionary<string, string> environment, params string[] command)
    {
        var start = new ProcessStartInfo("sh", ["-c", Keeper, "sh", folder, .. command]) { RedirectStandardInput = true, WorkingDirectory = folder };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new(Process.Start(start)!);
    }

    public bool HasExited => _keeper.HasExited;

    public async Task EndAsync(string signal)
    {
        await _keeper.StandardInput.WriteLineAsync(signal);
        await _keeper.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_keeper.HasExited)
            await EndAsync("KILL");
        _keeper.Dispose();
    }
}
