using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Client.Tests.Readme;

/// <summary>The code that the package's README shows is <see cref="ReadmeSnippets"/>, which is compiled and run.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public void Every_snippet_of_the_readme_is_compiled()
    {
        var readme = File.ReadAllText(Path.Combine(Repository(), "src", "Client", "README.md"));
        var shown = ReadmeBlock().Matches(readme).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);
        var compiled = Region().Matches(File.ReadAllText(Path.Combine(Repository(), "tests", "Client.Tests", "Readme", "ReadmeSnippets.cs")))
            .ToDictionary(match => match.Groups[1].Value, match => AsShown(match.Groups[2].Value));
        Assert.Equal(Regex.Count(readme, "```csharp"), shown.Count);
        Assert.Equal(compiled, shown);
    }

    /// <summary>Less indentation, and with the addresses that a reader's Host has.</summary>
    private static string AsShown(string code)
    {
        var lines = code.Split('\n');
        var indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length == 0 ? line : line[indent..]))
            .Replace("host.Url", "new Uri(\"http://127.0.0.1:8080\")", StringComparison.Ordinal)
            .Replace("host.GrpcUrl", "new Uri(\"http://127.0.0.1:8081\")", StringComparison.Ordinal)
            .Replace("folder.Path", "\"spool\"", StringComparison.Ordinal);
    }

    private static string Repository([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));

    [GeneratedRegex("<!-- compiled: (\\w+) -->\n```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ReadmeBlock();

    [GeneratedRegex("// README: (\\w+)\n(.*?)[ ]*// end\n", RegexOptions.Singleline)]
    private static partial Regex Region();
}
