using System.Globalization;

namespace AzureLlm;

/// <summary>The two files of the trace, read into usages: one request is one usage of its tokens.</summary>
internal static class Trace
{
    private const int HeaderLines = 1;

    /// <summary>Row n (from 1) of a file is usage <c>conv-00000n</c> or <c>code-00000n</c>.</summary>
    public static IEnumerable<Entry> ReadUsages(string folder)
        => ReadFile(Path.Combine(folder, "azure-llm-2023-conv.csv"), "conv", Accounts.OfChat)
            .Concat(ReadFile(Path.Combine(folder, "azure-llm-2023-code.csv"), "code", Accounts.OfCode));

    private static IEnumerable<Entry> ReadFile(string path, string prefix, Func<int, string> accountOfRow)
    {
        var row = 0;
        foreach (var line in File.ReadLines(path).Skip(HeaderLines))
        {
            row++;
            var columns = line.Split(',');
            var contextTokens = long.Parse(columns[1], CultureInfo.InvariantCulture);
            var generatedTokens = long.Parse(columns[2], CultureInfo.InvariantCulture);
            yield return new Entry
            {
                AccountId = accountOfRow(row),
                UsageId = string.Create(CultureInfo.InvariantCulture, $"{prefix}-{row:D6}"),
                Amount = contextTokens + generatedTokens,
                Timestamp = Instants.Parse(columns[0]),
            };
        }
    }
}
