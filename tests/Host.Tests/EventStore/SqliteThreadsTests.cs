using System.Collections.Concurrent;
using System.Diagnostics;
using Akka.Actor;
using Akka.Persistence;
using GpuCredit.Host.EventStore;
using GpuCredit.Host.Hosting;
using LinqToDB;
using LinqToDB.Data;

namespace Host.Tests.EventStore;

/// <summary>SQLite's calls block, and none of them blocks a thread of the pool.</summary>
public sealed class SqliteThreadsTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentBag<(string? Thread, string Call)> _calls = [];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sqlite")]
    [InlineData("memory")]
    public async Task What_the_plugin_still_does_itself_runs_on_threads_of_their_own(string kind)
    {
        await using var opened = await EventStoreTarget.From(Enum.Parse<StoreKind>(kind, ignoreCase: true), null, _folder.Path, shards: 100).OpenAsync();
        var traced = opened.Data.UseTracing(TraceLevel.Info, trace =>
        {
            if (trace.TraceInfoStep == TraceInfoStep.AfterExecute)
                _calls.Add((Thread.CurrentThread.Name, trace.Operation == TraceOperation.CommitTransaction ? "COMMIT" : trace.SqlText?.Split().FirstOrDefault(word => word is "SELECT" or "DELETE" or "INSERT" or "UPDATE") ?? ""));
        });
        var store = new OpenedEventStore(opened.Target, opened.HoconFiles, traced, opened.Rows, opened.Probe, () => ValueTask.CompletedTask) { Threads = opened.Threads };
        await using var system = await StoreSystem.StartAsync(store);
        var snapshots = Persistence.Instance.Apply(system.System).SnapshotStoreFor(null);
        var writer = system.Writer("a");
        await writer.Ask<Writer.Stored>(new Note("one"), s_limit);

        await writer.Ask<SaveSnapshotSuccess>(new Writer.SaveSnapshotNow(), s_limit);
        var loaded = await snapshots.Ask<LoadSnapshotResult>(new LoadSnapshot("a", new SnapshotSelectionCriteria(5), 5), s_limit);
        await snapshots.Ask<DeleteSnapshotsSuccess>(new DeleteSnapshots("a", new SnapshotSelectionCriteria(5)), s_limit);

        Assert.Equal(new Note("one"), loaded.Snapshot.Snapshot);
        Assert.All(_calls, call => Assert.Equal("sqlite-plugin", call.Thread));
        Assert.Superset(new HashSet<string> { "INSERT", "DELETE", "COMMIT" }, _calls.Select(call => call.Call).ToHashSet());
    }
}
