using System.Text;
using EndToEnd.Tests.Hosting;
using GpuCredit.Host.Sources;
using NATS.Client.Core;
using NATS.Client.JetStream;
using Sources.Tests.Brokers;
using Sources.Tests.Running;

namespace Sources.Tests.Nats;

/// <summary>The formats other than our own JSON, through a real nats-server.</summary>
public sealed class NatsFormatTests : OnNats
{
    [NatsFact]
    public async Task CloudEvents_come_structured_in_a_batch_and_with_headers()
    {
        await using var source = LocalSource.Start(Broker, Accounts, "Format=cloudevents");
        await source.IsAsync("running");
        await Broker.PublishAsync([Encoding.UTF8.GetBytes(Event("structured")), Encoding.UTF8.GetBytes($"[{Event("first")},{Event("second")}]")]);
        var headers = new NatsHeaders
        {
            ["ce-specversion"] = "1.0", ["ce-id"] = "100%2525", ["ce-source"] = "/gateway", ["ce-type"] = "gpucredit.usage.v1", ["ce-subject"] = "a", ["ce-time"] = "2026-01-31T12:00:00Z",
        };
        (await Broker.JetStream().PublishAsync("usage.events", """{"amount":1}"""u8.ToArray(), headers: headers)).EnsureSuccess();

        await source.TrueAsync(now => now is { Recorded: 4, InFlight: 0, DeadLetters: 0 }, "all are stored");
        Assert.Equal(["100%25", "first", "second", "structured"], Accounts.Calls.SelectMany(ids => ids).Order());
    }

    [NatsFact]
    public async Task A_foreign_payload_is_stored_passed_over_or_a_dead_letter()
    {
        var mapping = Path.Combine(BuiltPrograms.RepositoryRoot, "examples", "mappings", "openmeter");
        await using var source = LocalSource.Start(Broker, Accounts, "Format=mapping", $"Mapping:File={mapping}.json");
        await source.IsAsync("running");
        await Broker.PublishAsync(
        [
            await File.ReadAllBytesAsync($"{mapping}.example.json"),
            """{"specversion":"1.0","type":"another","id":"x"}"""u8.ToArray(),
            Encoding.UTF8.GetBytes($"[{await File.ReadAllTextAsync($"{mapping}.example.json")}]"),
            """{"specversion":"1.0","type":"prompt","id":"x","source":"s","subject":"a","data":{"tokens":"many"},"time":"2026-01-31T12:00:00Z"}"""u8.ToArray(),
        ]);

        await source.TrueAsync(now => now is { Messages: 4, Recorded: 1, Skipped: 1, DeadLetters: 2, InFlight: 0 }, "all are settled");
        Assert.Equal(["gateway-3/01J5QW2M6Y"], Accounts.Calls.SelectMany(ids => ids));
        Assert.Equal(
            ["amount must be a number of at most 40 digits at $.data.tokens", "body must be an object and have $.specversion, which the mapping's When looks at"],
            (await Broker.DeadLettersAsync()).Select(letter => letter.Headers[DeadLetter.ReasonHeader]).Order(StringComparer.Ordinal));
        await Eventually.TrueAsync(async () => await Broker.LeftAsync() == 0, TimeSpan.FromSeconds(20), () => "the server has forgotten them");
    }

    [NatsFact]
    public async Task A_mapping_reads_an_encoded_header_as_the_event_has_it()
    {
        string[] mapping =
            ["Kind=usage", "Account=$.a", "Id=header['ce-id']", "Amount=$.n", "Time=$.t", "TimeUnit=unix-ms", "Example={\"a\":\"a\",\"n\":1,\"t\":1}", "ExampleHeaders={\"ce-id\":\"u\"}", "ExampleGives={\"accountId\":\"a\",\"usageId\":\"u\",\"amount\":1,\"timestamp\":1}"];
        await using var source = LocalSource.Start(Broker, Accounts, ["Format=mapping", .. mapping.Select(line => $"Mapping:{line}")]);
        await source.IsAsync("running");
        await Broker.PublishAsync("""{"a":"a","n":1,"t":1}"""u8.ToArray(), new NatsHeaders { ["ce-id"] = "100%2525" });

        await source.TrueAsync(now => now is { Recorded: 1, InFlight: 0 }, "it is stored");
        Assert.Equal(["100%25"], Accounts.Calls.SelectMany(ids => ids));
    }

    private static string Event(string id) =>
        $$"""{"specversion":"1.0","id":"{{id}}","source":"/gateway","type":"gpucredit.usage.v1","subject":"a","time":"2026-01-31T12:00:00Z","data":{"amount":1} }""";
}
