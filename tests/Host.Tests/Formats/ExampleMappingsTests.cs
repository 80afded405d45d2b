using System.Text.Json;
using System.Text.Json.Nodes;
using CreditActors.Ledger;
using GpuCredit.Host.Formats;
using GpuCredit.Host.Formats.Mapping;
using GpuCredit.Host.Hosting;
using Host.Tests.EventStore;
using Host.Tests.Running;
using Microsoft.Extensions.Configuration;

namespace Host.Tests.Formats;

/// <summary>The ready mappings of examples/mappings: each starts, reads its example, and is in the documentation.</summary>
public sealed class ExampleMappingsTests
{
    private const string Key = "GpuCredit:Sources:usage";

    public static TheoryData<string> Files => [.. Names];

    private static IEnumerable<string> Names => Directory.EnumerateFiles(Path.Combine(Repository.Root, "examples", "mappings"), "*.json")
        .Select(file => Path.GetFileName(file)).Where(name => !name.EndsWith(".example.json", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    [Fact]
    public void There_are_mappings_for_OpenMeter_Stripe_and_OpenAI() =>
        Assert.Equal(["openai-responses.json", "openai-usage.json", "openmeter.json", "stripe-meter-events-v2.json", "stripe-meter-events.json"], Names);

    [Theory]
    [MemberData(nameof(Files))]
    public void Each_starts_and_reads_its_example(string file)
    {
        var format = Create(file);
        var drafts = format.Read(Messages.Of(Example(file), "application/json"));
        Assert.NotEmpty(drafts);
        Assert.All(drafts, draft => Assert.Null(EntryRules.CheckAccountId(draft.AccountId) ?? EntryRules.Check(draft.Entry!)));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void None_passes_over_what_is_no_record_at_all(string file)
    {
        var format = Create(file);
        var example = Example(file);
        foreach (var body in new[] { $"[{example}]", "\"hello\"", "17", "null", "{}", "event_name=gpu_seconds" })
        {
            Assert.NotNull(Assert.Single(format.Read(Messages.Of(body), out var skipped)).Refusal);
            Assert.Equal(0, skipped);
        }
    }

    [Theory]
    [InlineData("stripe-meter-events.json")]
    [InlineData("stripe-meter-events-v2.json")]
    public void The_request_for_a_meter_event_is_read_like_the_event(string file)
    {
        var format = Create(file);
        var request = JsonNode.Parse(Example(file))!.AsObject();
        var entry = format.EntryOf(Messages.Of(request.ToJsonString()));
        foreach (var answered in new[] { "object", "created", "livemode" })
            Assert.True(request.Remove(answered));
        Assert.Equal(entry, format.EntryOf(Messages.Of(request.ToJsonString())));

        // And another object, or another meter's event, is passed over in either form.
        request["event_name"] = "another";
        Assert.Equal((0, 1), (format.Read(Messages.Of(request.ToJsonString()), out var skipped).Count, skipped));
        Assert.Equal((0, 1), (format.Read(Messages.Of("""{"object":"invoice","id":"in_1"}"""), out skipped).Count, skipped));
    }

    [Fact]
    public void The_OpenMeter_mapping_reads_arrays_as_the_documentation_says()
    {
        const string Name = "openmeter.json";
        var settings = JsonNode.Parse(ReadMapping(Name), documentOptions: new() { CommentHandling = JsonCommentHandling.Skip })!.AsObject();
        foreach (var (name, value) in settings.ToList())
        {
            if (value!.GetValueKind() == JsonValueKind.String)
                settings[name] = ((string)value!).Replace('$', '@');
        }

        settings["Each"] = "$";
        settings["Example"] = new JsonArray(JsonNode.Parse(Example(Name)));
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["m.json"], settings.ToJsonString());
        var format = MappingFormat.Checked(Mappings.Alone("File=" + folder["m.json"]));
        Assert.Equal(Create(Name).EntryOf(Messages.Of(Example(Name))), format.EntryOf(Messages.Of($"[{Example(Name)}]")));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Each_is_held_against_its_example_at_the_start(string file)
    {
        var refused = Assert.Throws<StartRefusedException>(() => Create(file, $"{Key}:Mapping:ExampleGives", """{"accountId":"a","usageId":"u","amount":1,"timestamp":1}"""));
        Assert.Contains(", and not what ", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Each_is_in_the_documentation(string file) =>
        Assert.Contains($"examples/mappings/{file}", File.ReadAllText(Path.Combine(Repository.Root, "docs", "ingestion", "mappings.md")), StringComparison.Ordinal);

    [Fact]
    public void The_mappings_in_the_documentation_are_mappings()
    {
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "ingestion", "mappings.md"));
        using var folder = new TemporaryFolder();
        var mappings = document.Split("```json\n").Skip(1).Select(block => block.Split("```")[0]).ToList();
        Assert.Equal(2, mappings.Count);
        foreach (var mapping in mappings)
        {
            File.WriteAllText(folder["m.json"], mapping);
            MappingFormat.Checked(Mappings.Alone("File=" + folder["m.json"]));
        }
    }

    private static string Example(string file) => ReadMapping(file.Replace(".json", ".example.json", StringComparison.Ordinal));

    private static string ReadMapping(string file) => File.ReadAllText(Path.Combine(Repository.Root, "examples", "mappings", file));

    private static IEntryFormat Create(string file, params string[] more) => EntryFormats.Create(Key, new ConfigurationBuilder().AddInMemoryCollection(
        new Dictionary<string, string?>
        {
            [$"{Key}:Format"] = "mapping",
            [$"{Key}:Mapping:File"] = Path.Combine(Repository.Root, "examples", "mappings", file),
            [more.FirstOrDefault() ?? "x"] = more.LastOrDefault(),
        }).Build().GetSection(Key));
}
