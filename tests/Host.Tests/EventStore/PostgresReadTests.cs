using System.Diagnostics.Metrics;
using GpuCredit.Host.EventStore;
using GpuCredit.Host.EventStore.Rows;
using GpuCredit.Host.Hosting;
using Postgres;

namespace Host.Tests.EventStore;

/// <summary>What PostgreSQL has to send of an account's events, by Npgsql's own count.</summary>
[Collection(SharedPostgres.Name)]
public sealed class PostgresReadTests(PostgresFixture postgres)
{
    [PostgresFact]
    public async Task Large_events_are_sent_once_however_many_pages_they_fill()
    {
        const int Events = 60;
        const int EventBytes = 200_000;
        var (name, connectionString) = await postgres.CreateDatabaseAsync();
        await using var store = await EventStoreTarget.From(StoreKind.Postgres, connectionString, "/", shards: 100).OpenAsync();
        var random = new Random(1);
        for (var version = 1; version <= Events; version++)
        {
            var message = new byte[EventBytes];
            random.NextBytes(message);
            await store.Rows.AppendAsync([new EventRow("a", version, 1, message, "n", 9_001, "writer")]);
        }

        var sent = 0L;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name == "Npgsql" && instrument.Name == "db.client.operation.npgsql.bytes_read")
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, bytes, tags, _) =>
        {
            foreach (var tag in tags)
            {
                if (tag.Value is string pool && pool.Contains($"Database={name};", StringComparison.Ordinal))
                    Interlocked.Add(ref sent, bytes);
            }
        });
        listener.Start();
        var pages = 0;
        var rows = 0;
        await foreach (var page in store.Rows.ReadAsync("a", 1, Events, pageMax: 1_000))
        {
            pages++;
            rows += page.Count;
        }

        Assert.Equal((10, Events), (pages, rows)); // each page is full with the row that reaches 1 MiB
        Assert.InRange(Interlocked.Read(ref sent), (long)Events * EventBytes, (long)Events * EventBytes * 11 / 10);
    }
}
