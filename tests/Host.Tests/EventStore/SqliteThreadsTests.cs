using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using Akka.Actor;
using Akka.Persistence;
using GpuCredit.Host.EventStore;
using GpuCredit.Host.Hosting;
using LinqToDB;
using LinqToDB.Data;
using LinqToDB.Interceptors;

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
                Called(trace.Operation == TraceOperation.CommitTransaction ? "COMMIT" : trace.SqlText?.Split().FirstOrDefault(word => word is "SELECT" or "DELETE" or "INSERT" or "UPDATE") ?? "");
        }).UseInterceptor(new Opening(Called));
        var store = new OpenedEventStore(opened.Target, opened.HoconFiles, traced, opened.Rows, opened.Probe, () => ValueTask.CompletedTask) { Threads = opened.Threads };
        await using var system = await StoreSystem.StartAsync(store);
        var snapshots = Persistence.Instance.Apply(system.System).SnapshotStoreFor(null);
        var events = Persistence.Instance.Apply(system.System).JournalFor(null);
        var writer = system.Writer("a");
        await writer.Ask<Writer.Stored>(new Note("one"), s_limit);
        Assert.Empty(_calls); // the ledger's own statements aren't the plugin's

        await writer.Ask<SaveSnapshotSuccess>(new Writer.SaveSnapshotNow(), s_limit);
        var later = TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(1);
        foreach (var criteria in new SnapshotSelectionCriteria[] { new(long.MaxValue, later), new(5, later), new(5, later, 1, later.AddYears(-1)) })
        {
            var loaded = await snapshots.Ask<LoadSnapshotResult>(new LoadSnapshot("a", criteria, long.MaxValue), s_limit);
            Assert.Equal(new Note("one"), loaded.Snapshot.Snapshot);
        }

        Assert.Equal(3, _calls.Count(call => call.Call == "SELECT"));
        await snapshots.Ask<DeleteSnapshotSuccess>(new DeleteSnapshot(new SnapshotMetadata("a", 1, later)), s_limit);
        await snapshots.Ask<DeleteSnapshotsSuccess>(new DeleteSnapshots("a", new SnapshotSelectionCriteria(5)), s_limit);
        Assert.Equal(2, _calls.Count(call => call.Call == "DELETE"));
        using var asker = Inbox.Create(system.System);
        events.Tell(new DeleteMessagesTo("a", 1, asker.Receiver));
        Assert.IsType<DeleteMessagesSuccess>(await asker.ReceiveAsync(s_limit));

        Assert.All(_calls, call => Assert.Equal("sqlite-plugin", call.Thread));
        Assert.Superset(new HashSet<string> { "OPEN", "INSERT", "SELECT", "DELETE", "UPDATE", "COMMIT" }, _calls.Select(call => call.Call).ToHashSet());
    }

    private void Called(string call) => _calls.Add((Thread.CurrentThread.Name, call));

    private sealed class Opening(Action<string> called) : ConnectionInterceptor
    {
        public override void ConnectionOpened(ConnectionEventData eventData, DbConnection connection) => called("OPEN");

        public override Task ConnectionOpenedAsync(ConnectionEventData eventData, DbConnection connection, CancellationToken cancellationToken)
        {
            called("OPEN");
            return Task.CompletedTask;
        }
    }
}
