using System.Text.RegularExpressions;

namespace EndToEnd.Tests.Examples;

/// <summary>
/// A code block of a document that shows commands and what they print: it stands under a comment that begins with
/// <c>checked</c>, its commands begin with "$ ", and go on where a line ends in a backslash or within single quotes. A line
/// of "…" stands for any lines.
/// </summary>
/// <param name="IsAfterAKill">The comment says that the Host was killed and started again before.</param>
/// <param name="Steps">The commands with what they print.</param>
internal sealed partial record ConsoleBlock(bool IsAfterAKill, IReadOnlyList<(string Command, string Printed)> Steps)
{
    public static IReadOnlyList<ConsoleBlock> Read(string markdown)
        => [.. Block().Matches(markdown).Select(match => new ConsoleBlock(
            match.Groups["note"].Value.Contains("after a kill", StringComparison.Ordinal),
            ReadSteps(match.Groups["text"].Value)))];

    /// <summary>Whether a step printed what the document shows.</summary>
    public static bool IsAsShown(string shown, string printed)
    {
        var pattern = string.Join('\n', shown.TrimEnd('\n').Split('\n').Select(line => line == "…" ? "(?s:.*)" : Regex.Escape(line)));
        return Regex.IsMatch(printed.TrimEnd('\n'), $@"\A{pattern}\z");
    }

    private static List<(string Command, string Printed)> ReadSteps(string text)
    {
        var steps = new List<(string Command, string Printed)>();
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("$ ", StringComparison.Ordinal)) steps.Add((line[2..], ""));
            else if (steps[^1].Printed.Length == 0 && IsUnfinished(steps[^1].Command)) steps[^1] = (steps[^1].Command + "\n" + line, "");
            else steps[^1] = (steps[^1].Command, steps[^1].Printed + line + "\n");
        }

        return steps;
    }

    private static bool IsUnfinished(string command) => command.EndsWith('\\') || command.Count(character => character == '\'') % 2 == 1;

    [GeneratedRegex(@"^<!-- checked(?<note>[^>]*)-->\n```console\n(?<text>.*?)\n```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
