using System.Globalization;
using System.Text.RegularExpressions;

namespace EndToEnd.Tests.Durability;

/// <summary>Reads what <c>strace -f -yy</c> writes to a file: one line a call, or two when another thread's came between.</summary>
internal static partial class Strace
{
    /// <summary>Starts a program under strace in its own place, so that the process started is the program's.</summary>
    /// <remarks>
    /// The trace must not lie in the program's working directory: it would be told of every line written.
    /// A page of the store is 4,096 bytes, each written as up to four characters and counted before that.
    /// </remarks>
    public static string[] CommandTo(string traceFile) =>
    [
        "strace", "-D", "-f", "-yy", "--seccomp-bpf", "-s", "8192", "-o", traceFile,
        "-e", "trace=fsync,fdatasync,write,writev,pwrite64,pwritev,recvfrom,recvmsg,sendto,sendmsg", "--",
    ];

    public static IReadOnlyList<SystemCall> Parse(IEnumerable<string> lines)
    {
        var calls = new List<SystemCall>();
        var unfinished = new Dictionary<string, (string Text, int Line)>();
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            var (thread, text) = Split(line);
            if (text.EndsWith(" <unfinished ...>", StringComparison.Ordinal))
                unfinished[thread] = (text[..^" <unfinished ...>".Length], number);
            else if (Resumed().Match(text) is { Success: true } resumed)
            {
                if (unfinished.Remove(thread, out var begun))
                    Add(calls, begun.Text + text[resumed.Length..], begun.Line, number);
            }
            else
                Add(calls, text, number, number);
        }

        return calls;
    }

    private static (string Thread, string Text) Split(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? ("", line) : (line[..space], line[space..].TrimStart());
    }

    private static void Add(List<SystemCall> calls, string text, int started, int ended)
    {
        // Calls without a file, and what is no call (a signal, an exit), are nobody's sync or write.
        if (Call().Match(text) is not { Success: true } call) return;
        calls.Add(new SystemCall(
            call.Groups["name"].Value,
            call.Groups["file"].Value,
            call.Groups["arguments"].Value,
            long.Parse(call.Groups["result"].Value, CultureInfo.InvariantCulture),
            started,
            ended));
    }

    [GeneratedRegex(@"^<\.\.\. \w+ resumed>")]
    private static partial Regex Resumed();

    // fdatasync(77</tmp/x/data/gpucredit.db-wal>) = 0
    // sendto(198<TCP:[127.0.0.1:1->127.0.0.1:2]>, "HTTP/1.1 201 …", 182, MSG_NOSIGNAL, NULL, 0) = 182
    [GeneratedRegex(@"^(?<name>\w+)\((?<arguments>\d+<(?<file>TCP:\[[^\]]*\]|[^>]*)>.*)\)\s+= (?<result>-?\d+)", RegexOptions.Singleline)]
    private static partial Regex Call();
}
