using System.Reflection;

namespace StoreBench.Whales;

/// <summary>bench/results/whales.md: each command replaces its own section.</summary>
internal static class WhaleFile
{
    private const string Title = "# Whales, and a start on a large store";

    private static string Root => typeof(WhaleFile).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(one => one.Key == "RepositoryRoot").Value!;

    public static void Add(string[] args, string section, string text)
    {
        Console.WriteLine(text);
        if (!args.Contains("--write"))
            return;
        var path = Path.Combine(Root, "bench", "results", "whales.md");
        var parts = (File.Exists(path) ? File.ReadAllText(path) : $"{Title}\n").Split("\n## ").ToList();
        var mine = $"{section}\n\n{text.Trim()}\n";
        var at = parts.FindIndex(1, part => part.StartsWith(section + "\n", StringComparison.Ordinal));
        if (at < 0)
            parts.Add(mine);
        else
            parts[at] = mine;
        File.WriteAllText(path, string.Join("\n## ", parts.Select(part => part.TrimEnd() + "\n")));
    }
}
