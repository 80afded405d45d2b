namespace Client.Tests.Spool;

/// <summary>A temporary folder for a spool, which can be copied as a crash would leave it.</summary>
internal sealed class SpoolFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("gpucredit-spool-").FullName;

    public IReadOnlyList<string> Files => [.. Directory.GetFiles(Path, "*.spool").Order(StringComparer.Ordinal)];

    /// <summary>What another process would find, if this one ended now.</summary>
    public SpoolFolder Copy()
    {
        var copy = new SpoolFolder();
        foreach (var file in Directory.GetFiles(Path).Where(file => System.IO.Path.GetFileName(file) != "lock"))
        {
            using var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var to = File.Create(System.IO.Path.Combine(copy.Path, System.IO.Path.GetFileName(file)));
            from.CopyTo(to);
        }

        return copy;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
