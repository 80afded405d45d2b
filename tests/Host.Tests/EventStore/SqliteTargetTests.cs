using System.Diagnostics;
using GpuCredit.Host.EventStore;
using GpuCredit.Host.Hosting;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Host.Tests.EventStore;

public sealed class SqliteTargetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string DataFile => _folder["data/gpucredit.db"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_first_start_makes_the_folder_and_the_file()
    {
        await using (await Target().OpenAsync())
        {
            using var file = SqliteFile.Open(DataFile);
            Assert.Equal("wal", file.Ask("PRAGMA journal_mode"));
            Assert.Equal("1", file.Ask("PRAGMA user_version"));
            Assert.Equal("1198552387", file.Ask("PRAGMA application_id"));
            Assert.Equal(["journal", "snapshot", "tags"], file.Rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"));
        }

        await using var again = await Target().OpenAsync();
        Assert.Null(await again.Probe.AskAsync());
    }

    [Fact]
    public async Task An_empty_file_is_a_new_store()
    {
        Directory.CreateDirectory(_folder["data"]);
        await File.WriteAllBytesAsync(DataFile, []);

        await using var opened = await Target().OpenAsync();

        Assert.Null(await opened.Probe.AskAsync());
    }

    [Fact]
    public async Task Only_the_files_own_folder_is_made()
    {
        var refused = await RefusedAsync(Target("Data Source=missing/data/ledger.db"));

        Assert.Contains($"{_folder["missing"]} does not exist", refused, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["missing"]));
    }

    [Fact]
    public async Task A_file_in_the_place_of_the_folder_is_named()
    {
        await File.WriteAllTextAsync(_folder["data"], "");

        Assert.StartsWith($"{_folder["data"]} is a file, ", await RefusedAsync(Target()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_in_the_place_of_the_file_is_named()
    {
        Directory.CreateDirectory(DataFile);

        Assert.StartsWith($"{DataFile} is a folder: ", await RefusedAsync(Target()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cant_be_made_is_named()
    {
        // The one place where root may make nothing either.
        Assert.StartsWith("/proc/gpucredit can't be made (", await RefusedAsync(Target("Data Source=/proc/gpucredit/ledger.db")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_at_the_first_start_is_named()
    {
        Directory.CreateDirectory(_folder["data"]);
        File.CreateSymbolicLink(DataFile + ".lock", "/dev/full");

        var refused = await RefusedAsync(Target());

        Assert.StartsWith($"{DataFile}.lock can't be written (No space left on device", refused, StringComparison.Ordinal);
        Assert.EndsWith("make room on its disk, and start again.", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_left_alone()
    {
        Directory.CreateDirectory(_folder["data"]);
        var letter = new string('x', 5_000);
        await File.WriteAllTextAsync(DataFile, letter);

        Assert.StartsWith($"{DataFile} is not a SQLite database: ", await RefusedAsync(Target()), StringComparison.Ordinal);
        Assert.Equal(letter, await File.ReadAllTextAsync(DataFile));
    }

    [Theory]
    [InlineData("CREATE TABLE song (title TEXT)")]
    [InlineData("PRAGMA application_id=77")]
    public async Task Another_applications_database_is_left_alone(string made)
    {
        Directory.CreateDirectory(_folder["data"]);
        using (var file = SqliteFile.Open(DataFile))
            file.Execute(made);
        var before = await File.ReadAllBytesAsync(DataFile);

        Assert.StartsWith($"{DataFile} is another application's database: ", await RefusedAsync(Target()), StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(DataFile));
    }

    [Theory]
    [InlineData(2, "has format 2, and this version of GpuCredit reads up to format 1: ")]
    [InlineData(0, "has format 0, which no version of GpuCredit writes: ")]
    public async Task Another_format_is_named(int version, string sentence)
    {
        await (await Target().OpenAsync()).DisposeAsync();
        using (var file = SqliteFile.Open(DataFile))
            file.Execute($"PRAGMA user_version={version}");

        Assert.StartsWith($"{DataFile} {sentence}", await RefusedAsync(Target()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_another_program_locks_is_named()
    {
        await (await Target().OpenAsync()).DisposeAsync();
        using var file = SqliteFile.Open(DataFile);
        file.Execute("BEGIN IMMEDIATE");

        Assert.StartsWith($"{DataFile} is locked by another program ", await RefusedAsync(Target("Data Source=data/gpucredit.db;Default Timeout=1")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_Hosts_dont_share_a_file()
    {
        await using (await Target().OpenAsync())
        {
            File.CreateSymbolicLink(_folder["data/link.db"], DataFile);

            Assert.StartsWith($"{DataFile} is in use by another running Host (", await RefusedAsync(Target()), StringComparison.Ordinal);
            Assert.Contains("is in use by another running Host (", await RefusedAsync(Target("Data Source=data/link.db")), StringComparison.Ordinal);
        }

        await using var after = await Target().OpenAsync();
    }

    [Fact]
    public async Task The_lock_of_a_killed_process_is_gone_with_it()
    {
        await (await Target().OpenAsync()).DisposeAsync();
        // flock(1) takes the lock that .NET takes, in a process that can be killed.
        using var other = Process.Start(new ProcessStartInfo("flock", ["-x", "-o", DataFile + ".lock", "sh", "-c", "echo held; exec cat"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            Assert.Equal("held", await other.StandardOutput.ReadLineAsync());
            Assert.StartsWith($"{DataFile} is in use by another running Host (", await RefusedAsync(Target()), StringComparison.Ordinal);
        }
        finally
        {
            other.Kill(entireProcessTree: true);
        }

        await other.WaitForExitAsync();
        await using var opened = await Target().OpenAsync();
    }

    [Theory]
    [InlineData(raw.SQLITE_FULL, "The disk that holds /d/l.db is full: ")]
    [InlineData(raw.SQLITE_READONLY, "/d/l.db can't be written: ")]
    [InlineData(raw.SQLITE_CANTOPEN, "/d/l.db can't be opened: ")]
    [InlineData(raw.SQLITE_CORRUPT, "/d/l.db is damaged: ")]
    [InlineData(raw.SQLITE_IOERR, "/d/l.db can't be read or written (disk I/O error): ")]
    [InlineData(raw.SQLITE_NOLFS, "/d/l.db can't be used as the event store (disk I/O error): ")]
    public void A_fault_of_SQLite_becomes_a_sentence(int code, string sentence) =>
        Assert.StartsWith(sentence, SqliteFaults.Refusal(new SqliteException("disk I/O error", code), "/d/l.db").Message, StringComparison.Ordinal);

    private static async Task<string> RefusedAsync(EventStoreTarget target) =>
        (await Assert.ThrowsAsync<StartRefusedException>(() => target.OpenAsync())).Message;

    private EventStoreTarget Target(string? connectionString = null) =>
        EventStoreTarget.From(StoreKind.Sqlite, connectionString, _folder.Path, shards: 100);
}
