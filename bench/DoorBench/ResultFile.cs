using System.Globalization;
using System.Reflection;
using System.Text;
using StoreBench;

namespace DoorBench;

/// <summary>A file of <c>bench/results</c>, which the drivers themselves write: a title, and a section for each kind of run.</summary>
internal sealed class ResultFile(string name, string title)
{
    private const string Heading = "## ";

    private readonly string _path = Path.Combine(
        typeof(ResultFile).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(one => one.Key == "RepositoryRoot").Value!, "bench", "results", name);

    /// <summary>How it was made: the first lines of a section. To be called at the start, for the load average.</summary>
    public static string Describe(string command) => string.Create(
        CultureInfo.InvariantCulture, $"`{command}`, on {TimeProvider.System.GetUtcNow():d MMMM yyyy}.\n\n{Machine.Describe(Path.GetTempPath())}.");

    /// <summary>Replaces the section of this heading, or adds it; the others stay as they are.</summary>
    /// <returns>The file's path.</returns>
    public async Task<string> WriteAsync(string heading, string text)
    {
        var sections = File.Exists(_path) ? Sections(await File.ReadAllLinesAsync(_path)) : [];
        var section = (heading, text.Trim() + "\n");
        var place = sections.FindIndex(one => one.Heading == heading);
        if (place < 0)
            sections.Add(section);
        else
            sections[place] = section;
        await File.WriteAllTextAsync(_path, $"# {title}\n{string.Concat(sections.Select(one => $"\n{Heading}{one.Heading}\n\n{one.Text}"))}");
        return _path;
    }

    private static List<(string Heading, string Text)> Sections(IEnumerable<string> lines)
    {
        var sections = new List<(string Heading, StringBuilder Text)>();
        foreach (var line in lines)
        {
            if (line.StartsWith(Heading, StringComparison.Ordinal))
                sections.Add((line[Heading.Length..], new StringBuilder()));
            else if (sections.Count > 0)
                sections[^1].Text.Append(line).Append('\n');
        }

        return [.. sections.Select(one => (one.Heading, one.Text.ToString().Trim() + "\n"))];
    }
}
