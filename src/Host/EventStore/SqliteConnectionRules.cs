using GpuCredit.Host.Hosting;
using Microsoft.Data.Sqlite;

namespace GpuCredit.Host.EventStore;

/// <summary>What a connection string to the data file may say.</summary>
internal static class SqliteConnectionRules
{
    public const string PathDefault = "data/gpucredit.db";

    /// <summary>How long a statement waits for a locked file: "Default Timeout", in seconds.</summary>
    public const int BusySecondsDefault = 5;

    /// <summary>Below the journal's call-timeout in store-sqlite.conf, so that a locked file fails as one, by its name.</summary>
    public const int BusySecondsMax = 15;

    public static SqliteConnectionStringBuilder Read(string? connectionString, string workingDirectory)
    {
        SqliteConnectionStringBuilder read;
        try
        {
            read = new SqliteConnectionStringBuilder(string.IsNullOrWhiteSpace(connectionString) ? $"Data Source={PathDefault}" : connectionString);
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            throw new StartRefusedException(
                $"{EventStoreTarget.ConnectionStringKey} can't be read as one for SQLite ({fault.Message.TrimEnd('.')}): write 'Data Source=<path>'.", fault);
        }

        if (string.IsNullOrWhiteSpace(read.DataSource))
            throw Refused("names no file", "write 'Data Source=<path>'");
        if (read.Mode == SqliteOpenMode.Memory || read.DataSource == ":memory:")
            throw Refused("asks for a database in memory", $"set {SettingsSection.Key("Store")} to memory for a store that ends with the process");
        if (read.DataSource.StartsWith("file:", StringComparison.OrdinalIgnoreCase) || read.DataSource.StartsWith('|'))
            throw Refused($"names '{read.DataSource}'", "write the file's plain path");
        if (read.Mode == SqliteOpenMode.ReadOnly)
            throw Refused("says Mode=ReadOnly", "remove it, since the store is written to");
        // With a shared cache the recoveries' read-uncommitted would be what it says, and show what isn't committed.
        if (read.Cache == SqliteCacheMode.Shared)
            throw Refused("says Cache=Shared", "remove it, since accounts would recover from what isn't committed yet");
        if (!string.IsNullOrEmpty(read.Password))
            throw Refused("has a password", "remove it, since this SQLite has no encryption");

        if (!read.ShouldSerialize("Default Timeout")) // ContainsKey is true for every known word, given or not.
            read.DefaultTimeout = BusySecondsDefault;
        if (read.DefaultTimeout is < 1 or > BusySecondsMax)
            throw Refused($"says Default Timeout={read.DefaultTimeout}", $"write 1 to {BusySecondsMax} (seconds)");

        read.DataSource = Path.GetFullPath(read.DataSource, workingDirectory);
        return read;
    }

    private static StartRefusedException Refused(string what, string remedy) =>
        new($"{EventStoreTarget.ConnectionStringKey} {what}: {remedy}.");
}
