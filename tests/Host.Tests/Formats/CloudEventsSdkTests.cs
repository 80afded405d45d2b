using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.SystemTextJson;
using CreditActors.Ledger;
using CsCheck;
using GpuCredit.Host.Formats;

namespace Host.Tests.Formats;

/// <summary>
/// The reader of events in JSON beside the SDK's: what both take is the same event; and what the SDK would cost, which is why it isn't the
/// reader (docs/decisions/0006). When one of those fails the SDK has changed, and the decision is to be looked at again.
/// </summary>
public sealed class CloudEventsSdkTests
{
    private const string Event =
        """{"specversion":"1.0","id":"u","source":"/s","type":"gpucredit.usage.v1","subject":"a","time":"2026-01-31T12:00:00Z","data":{"amount":5}}""";

    private static readonly CloudEventsFormat Ours = new();

    /// <summary>As strict as it can be made.</summary>
    private static readonly JsonEventFormatter Sdk = new(null, new JsonDocumentOptions { AllowDuplicateProperties = false });

    private static readonly Gen<string> GenText = Gen.OneOf(Gen.String[Gen.Char['!', '~'], 1, 12], Gen.Const("%41"), Gen.Const("\"\\/")).Where(text => text is not ("." or ".."));

    private static readonly Gen<string[]> GenAttributes = Gen.Select(
        GenText, GenText, Gen.Const("gpucredit.usage.v1"), Gen.OneOf(Gen.Const("2026-01-31T12:00:00Z"), Gen.Const("2026-01-31T12:00:00.123+05:30"), Gen.Const("1969-12-31T23:59:59.9990000-14:00")), GenText,
        (id, subject, type, time, extension) => new[] { id, subject, type, time, extension });

    [Fact]
    public void What_both_take_is_the_same_event() => Gen.Select(GenAttributes, Gen.Shuffle(Enumerable.Range(0, 7).ToArray()), Gen.Bool).Sample((values, order, escapes) =>
    {
        JsonObject[] attributes =
        [
            new() { ["id"] = values[0] }, new() { ["subject"] = values[1] }, new() { ["type"] = values[2] }, new() { ["time"] = values[3] }, new() { ["ext"] = values[4] },
            new() { ["source"] = "/s", ["specversion"] = "1.0" }, new() { ["data"] = new JsonObject { ["amount"] = 5 }, ["dataschema"] = null },
        ];
        var json = "{" + string.Join(',', order.Select(at => attributes[at].ToJsonString()[1..^1])) + "}";
        if (escapes)
            json = json.Replace("\"id\"", "\"\\u0069d\"", StringComparison.Ordinal);
        var theirs = Sdk.DecodeStructuredModeMessage(Encoding.UTF8.GetBytes(json), null, null);
        var ours = Assert.Single(Ours.Read(Messages.Of(json)));
        Assert.Null(ours.Refusal);
        Assert.Equal(new Usage(theirs.Id!, ((JsonElement)theirs.Data!).GetProperty("amount").GetInt64(), theirs.Time!.Value.ToUnixTimeMilliseconds()), ours.Entry);
        Assert.Equal(theirs.Subject, ours.AccountId);
    });

    [Fact]
    public void To_the_SDK_a_time_that_is_too_fine_is_another_time()
    {
        var fine = Event.Replace("00Z", "00.00000001Z", StringComparison.Ordinal);
        Assert.Equal(ReadBySdk(Event).Time, ReadBySdk(fine).Time);
        Assert.Equal("time must have no digit other than 0 below the millisecond", Ours.RefusalOf(Messages.Of(fine)));
    }

    [Theory]
    [InlineData("2026-01-31T12:00:00+23:59")]
    [InlineData("2026-01-31t12:00:00z")]
    [InlineData("0000-01-31T12:00:00Z")]
    public void The_SDK_refuses_times_that_RFC_3339_allows(string time)
    {
        var json = Event.Replace("2026-01-31T12:00:00Z", time, StringComparison.Ordinal);
        Assert.ThrowsAny<ArgumentException>(() => ReadBySdk(json));
        Assert.NotNull(Ours.EntryOf(Messages.Of(json)).Entry);
    }

    [Fact]
    public void The_SDK_takes_the_last_of_two_subjects_unless_it_is_told_not_to()
    {
        var twice = Event.Replace("\"subject\":\"a\"", "\"subject\":\"a\",\"subject\":\"b\"", StringComparison.Ordinal);
        Assert.Equal("b", new JsonEventFormatter().DecodeStructuredModeMessage(Encoding.UTF8.GetBytes(twice), null, null).Subject);
        Assert.ThrowsAny<JsonException>(() => ReadBySdk(twice));
        Assert.Equal("subject must be given once", Ours.RefusalOf(Messages.Of(twice)));
    }

    [Fact]
    public void In_the_SDKs_hands_one_bad_event_costs_its_whole_batch()
    {
        var batch = $$"""[{{Event}},{"id":17},{{Event}}]""";
        Assert.Throws<ArgumentException>(() => Sdk.DecodeBatchModeMessage(Encoding.UTF8.GetBytes(batch), null, null));
        Assert.Equal([true, false, true], Ours.Read(Messages.Of(batch)).Select(draft => draft.Entry is not null));
    }

    [Theory]
    [InlineData("\"ext\":1.5")]
    [InlineData("\"ext\":9007199254740993")]
    [InlineData("\"ext\":{}")]
    public void The_SDK_refuses_an_event_for_an_extension_that_nobody_looks_at(string extension)
    {
        var json = "{" + extension + "," + Event[1..];
        Assert.ThrowsAny<Exception>(() => ReadBySdk(json));
        Assert.Equal("u", Ours.EntryOf(Messages.Of(json)).Entry!.Id);
    }

    private static CloudEvent ReadBySdk(string json) => Sdk.DecodeStructuredModeMessage(Encoding.UTF8.GetBytes(json), null, null);
}
