using System.Globalization;
using PeerBench.Peers;

namespace PeerBench.Matrix;

/// <summary>What the command line asks for.</summary>
internal sealed record Options
{
    public const string Usage =
        """
        PeerBench [passes] [seconds] [options]     all peers through all workloads, the passes interleaved; prints the tables
          passes            3
          seconds           of each measurement; each variant's own (4 to 7) when it isn't given
          --peers A,B       only these (gpucredit, gpucredit-http, gpucredit-grpc, gpucredit-stream, gpucredit-sqlite, pg-rowlock, pg-fold, ...)
          --workloads A,B   only these of w1, w1o, w2, w2f, w3, w3m, w4, and check: the law alone
          --histories A,B   of w4, in events; 1000,10000,100000,1000000
          --tries N         a run that the rest of the machine disturbed is made again, 3 times in all
          --quiet N         seconds to wait for a quiet machine before each; 25
          --lines FILE      where each run's result is added as a line of JSON; a temporary file when it isn't given
          --commit NAME     said in the head of the tables
        PeerBench table FILE...                    the tables of lines made before
        PeerBench pgbench [seconds]                the PostgreSQL peers once more, with PostgreSQL's own client
        PeerBench entries [count]                  the first workload as CSV, in the order of delivery
        """;

    private static readonly string[] AllWorkloads = ["w1", "w1o", "w2", "w2f", "w3", "w3m", "w4", "check"];

    public int Passes { get; init; } = 3;

    public double? Seconds { get; init; }

    public IReadOnlyList<string> Peers { get; init; } = [];

    public IReadOnlyList<string> Workloads { get; init; } = [];

    public IReadOnlyList<int> Histories { get; init; } = Variants.Histories;

    public int Tries { get; init; } = 3;

    public TimeSpan Quiet { get; init; } = TimeSpan.FromSeconds(25);

    public string? Lines { get; init; }

    public string? Commit { get; init; }

    /// <summary>Null when it can't be read.</summary>
    public static Options? Read(IReadOnlyList<string> arguments)
    {
        var options = new Options();
        var numbers = 0;
        for (var i = 0; i < arguments.Count; i++)
        {
            var word = arguments[i];
            if (!word.StartsWith('-') && double.TryParse(word, CultureInfo.InvariantCulture, out var number) && numbers < 2)
            {
                options = numbers++ == 0 ? options with { Passes = (int)number } : options with { Seconds = number };
                continue;
            }

            if (i + 1 == arguments.Count)
                return null;
            var value = arguments[++i];
            switch (word)
            {
                case "--peers": options = options with { Peers = value.Split(',') }; break;
                case "--workloads": options = options with { Workloads = value.Split(',') }; break;
                case "--histories": options = options with { Histories = [.. value.Split(',').Select(Number)] }; break;
                case "--tries": options = options with { Tries = Number(value) }; break;
                case "--quiet": options = options with { Quiet = TimeSpan.FromSeconds(Number(value)) }; break;
                case "--lines": options = options with { Lines = value }; break;
                case "--commit": options = options with { Commit = value }; break;
                default: return null;
            }
        }

        // A name that nobody has would measure nothing, and look like success.
        return options.Peers.All(PeerNames.All.Contains) && options.Workloads.All(AllWorkloads.Contains) ? options : null;
    }

    public bool Wants(string peer, string workload) =>
        (Peers.Count == 0 || Peers.Contains(peer)) && (Workloads.Count == 0 || Workloads.Contains(workload));

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
