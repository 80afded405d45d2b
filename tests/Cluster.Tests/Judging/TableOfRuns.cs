namespace Cluster.Tests.Judging;

/// <summary>The table that bench/cluster-faults.sh asks for: a row for each run.</summary>
internal static class TableOfRuns
{
    /// <summary>The file; nothing is written without it.</summary>
    public const string FileVariable = "GPUCREDIT_FAULTS_TABLE";

    public static async Task AddAsync(Verdict verdict)
    {
        if (Environment.GetEnvironmentVariable(FileVariable) is not { Length: > 0 } file) return;
        if (!File.Exists(file)) await File.WriteAllTextAsync(file, Verdict.TableHead + "\n");
        await File.AppendAllTextAsync(file, verdict.ToRow() + "\n");
    }
}
