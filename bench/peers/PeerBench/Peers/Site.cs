using System.Globalization;

namespace PeerBench.Peers;

/// <summary>
/// Where the servers are that one measurement uses. They are started by the process that starts the measurement, and told in its
/// environment, so that no peer is measured in a process that another has warmed.
/// </summary>
internal sealed record Site(int PostgresPort, int PostgresProcess, int RedisPort, int RedisProcess, string RedisFolder)
{
    private const string Variable = "GPUCREDIT_PEERS_SITE";

    public static Site None { get; } = new(0, 0, 0, 0, "");

    public static Site Read()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } text)
            return None;
        var parts = text.Split(' ', 5);
        return new(Number(parts[0]), Number(parts[1]), Number(parts[2]), Number(parts[3]), parts[4]);
    }

    public void WriteTo(IDictionary<string, string?> environment) =>
        environment[Variable] = string.Create(CultureInfo.InvariantCulture, $"{PostgresPort} {PostgresProcess} {RedisPort} {RedisProcess} {RedisFolder}");

    /// <summary>A file that the build has put beside the program.</summary>
    public static string File(string folder, string name) => Path.Combine(AppContext.BaseDirectory, folder, name);

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
