using System.Diagnostics;

namespace Cluster.Tests.Nodes;

/// <summary>
/// Takes the nodes along when the tests are killed: a process beside them that knows which nodes run, and kills them
/// when its input ends. Nodes that were paused, or that nobody waits for any more, would stay for ever otherwise.
/// </summary>
internal static class NodeKeeper
{
    private const string Script =
        """
        running=' '
        while read -r what id; do
          case $what in
            runs) running="$running$id ";;
            ended) running="${running%% $id *} ${running#* $id }";;
          esac
        done
        for id in $running; do kill -9 "$id"; done 2>/dev/null
        """;

    private static readonly Lock _gate = new();
    private static Process? _keeper;

    public static void Keep(int processId) => Tell($"runs {processId}");

    public static void Ended(int processId) => Tell($"ended {processId}");

    private static void Tell(string line)
    {
        lock (_gate)
        {
            _keeper ??= Process.Start(new ProcessStartInfo("sh", ["-c", Script]) { RedirectStandardInput = true })!;
            _keeper.StandardInput.WriteLine(line);
            _keeper.StandardInput.Flush();
        }
    }
}
