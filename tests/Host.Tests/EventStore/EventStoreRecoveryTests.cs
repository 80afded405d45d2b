using Akka.Actor;
using Akka.Persistence;
using GpuCredit.Host.EventStore;
using GpuCredit.Host.Hosting;

namespace Host.Tests.EventStore;

public sealed class EventStoreRecoveryTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_stored_is_there_at_the_next_start()
    {
        await WithSystemAsync(StoreKind.Sqlite, async system =>
        {
            var writer = system.Writer("a");
            await writer.Ask<Writer.Stored>(new Note("one"), s_limit);
            await writer.Ask<Writer.Stored>(new Note("two"), s_limit);
        });

        await WithSystemAsync(StoreKind.Sqlite, async system =>
            Assert.Equal([new Note("one"), new Note("two")], (await KnownAsync(system)).Events.ToArray()));
    }

    [Fact]
    public async Task Nothing_in_memory_is_there_at_the_next_start()
    {
        await WithSystemAsync(StoreKind.Memory, async system =>
        {
            await system.Writer("a").Ask<Writer.Stored>(new Note("one"), s_limit);
            // It survives the actor, though.
            Assert.Equal([new Note("one")], (await KnownAsync(system)).Events.ToArray());
        });

        await WithSystemAsync(StoreKind.Memory, async system => Assert.Empty((await KnownAsync(system)).Events));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("memory")]
    public async Task An_event_without_a_serializer_of_its_own_is_not_stored(string store)
    {
        await WithSystemAsync(Enum.Parse<StoreKind>(store, ignoreCase: true), async system =>
        {
            var writer = system.Writer("a");

            await Assert.ThrowsAsync<System.Runtime.Serialization.SerializationException>(() => writer.Ask<Writer.Stored>(new Unbound("one"), s_limit));

            Assert.Empty((await KnownAsync(system)).Events);
        });
    }

    [Fact]
    public async Task Events_of_two_writers_by_turns_stop_the_recovery()
    {
        await WithSystemAsync(StoreKind.Sqlite, async system =>
        {
            var writer = system.Writer("a");
            for (var n = 1; n <= 3; n++)
                await writer.Ask<Writer.Stored>(new Note($"{n}"), s_limit);
        });
        using (var file = SqliteFile.Open(_folder["data/gpucredit.db"]))
            file.Execute("UPDATE journal SET writer_uuid = 'another' WHERE sequence_number = 2");

        await WithSystemAsync(StoreKind.Sqlite, async system =>
        {
            var writer = system.Writer("a");
            var stopped = writer.WatchAsync();

            await stopped.WaitAsync(s_limit);
        });
    }

    [Fact]
    public async Task An_account_whose_snapshot_cant_be_read_recovers_from_its_events()
    {
        await WithSystemAsync(StoreKind.Sqlite, async system =>
        {
            var writer = system.Writer("a");
            await writer.Ask<Writer.Stored>(new Note("one"), s_limit);
            await writer.Ask<SaveSnapshotSuccess>(new Writer.SaveSnapshotNow(), s_limit);
            await writer.Ask<Writer.Stored>(new Note("two"), s_limit);
        });
        await WithSystemAsync(StoreKind.Sqlite, async system =>
            Assert.Equal([new Note("snapshot of one"), new Note("two")], (await KnownAsync(system)).Events.ToArray()));
        using (var file = SqliteFile.Open(_folder["data/gpucredit.db"]))
            file.Execute("UPDATE snapshot SET serializer_id = 8999");

        await WithSystemAsync(StoreKind.Sqlite, async system =>
            Assert.Equal([new Note("one"), new Note("two")], (await KnownAsync(system)).Events.ToArray()));
    }

    private async Task WithSystemAsync(StoreKind store, Func<StoreSystem, Task> use)
    {
        await using var opened = await EventStoreTarget.From(store, null, _folder.Path, shards: 100).OpenAsync();
        await using var system = await StoreSystem.StartAsync(opened);
        await use(system);
    }

    private static Task<Writer.Known> KnownAsync(StoreSystem system) =>
        system.Writer("a").Ask<Writer.Known>(new Writer.AskKnown(), s_limit);

    private sealed record Unbound(string Text);
}
