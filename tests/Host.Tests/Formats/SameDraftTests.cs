using System.Text.Json.Nodes;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.Http;
using CloudNative.CloudEvents.SystemTextJson;
using CreditActors.Ledger;
using CsCheck;
using GpuCredit.Host.Formats;
using GpuCredit.Host.Http;

namespace Host.Tests.Formats;

/// <summary>The same entry comes out of every format, also when the CloudEvents SDK wrote the message.</summary>
public sealed class SameDraftTests
{
    private static readonly JsonFormat Json = new();
    private static readonly CloudEventsFormat Events = new();
    private static readonly JsonEventFormatter Sdk = new();

    private static readonly Gen<string> GenId = Gen.String[Gen.Char['!', '~'], 1, Limits.IdCharsMax];

    private static readonly Gen<(string AccountId, Entry Entry)> GenEntry = Gen.Select(
        GenId.Where(id => id is not ("." or "..")),
        Gen.OneOf(
            Gen.Select(GenId, Gen.Long[1, Limits.AmountMax], Gen.Long[-60_000_000_000_000, 250_000_000_000_000], Gen.Long[0, 1000], Gen.Int[0, 100], Gen.Int[0, int.MaxValue])
                .Select((id, amount, timestamp, expiration, priority, revision) => (Entry)new Credit(id, amount, timestamp, expiration, priority, revision)),
            Gen.Select(GenId, Gen.Long[1, Limits.AmountMax], Gen.Long[-60_000_000_000_000, 250_000_000_000_000], Gen.Int[0, int.MaxValue])
                .Select((id, amount, timestamp, revision) => (Entry)new Usage(id, amount, timestamp, revision))),
        (accountId, entry) => (accountId, entry));

    [Fact]
    public void An_entry_is_the_same_through_every_format_and_mode() => GenEntry.Sample((accountId, entry) =>
    {
        var whole = Fields(entry);
        whole["accountId"] = accountId;
        whole[entry is Credit ? "creditId" : "usageId"] = entry.Id;
        whole["timestamp"] = entry.Timestamp;
        Assert.All(Json.Read(Messages.Of(whole.ToJsonString())), Same);
        Assert.All(Json.Read(Messages.Of($"[{whole.ToJsonString()}]")), Same);
        Assert.All(Json.Read(Messages.Of(whole.ToJsonString() + "\n", "application/x-ndjson")), Same);

        var sent = BySdk(accountId, entry);
        Assert.All(Events.Read(new(Sdk.EncodeStructuredModeMessage(sent, out var structured), structured.ToString(), [])), Same);
        Assert.All(Events.Read(new(Sdk.EncodeBatchModeMessage([sent], out var batch), batch.ToString(), [])), Same);
        // Kafka's headers aren't encoded.
        Assert.All(Events.Read(new(Sdk.EncodeBinaryModeEventData(sent), "application/json", Headers(sent, "ce_"))), Same);
        void Same(EntryDraft draft)
        {
            Assert.Null(draft.Refusal);
            Assert.Equal(accountId, draft.AccountId);
            Assert.Equal(entry, draft.Entry);
        }
    });

    [Fact]
    public void What_the_SDK_sends_over_HTTP_in_binary_mode_is_decoded() => GenEntry.Sample((accountId, entry) =>
    {
        using var content = BySdk(accountId, entry).ToHttpContent(ContentMode.Binary, Sdk);
        using var body = new MemoryStream();
        content.CopyTo(body, null, default);
        var headers = content.Headers.SelectMany(header => header.Value.Select(value => KeyValuePair.Create(header.Key, value))).ToList();
        var draft = Assert.Single(Events.Read(new(body.ToArray(), content.Headers.ContentType!.ToString(), headers, HasEncodedHeaders: true)));
        Assert.Null(draft.Refusal);
        Assert.Equal(accountId, draft.AccountId);
        Assert.Equal(entry, draft.Entry);
    });

    private static CloudEvent BySdk(string accountId, Entry entry) => new()
    {
        Id = entry.Id,
        Source = new Uri("/gateway", UriKind.Relative),
        Type = entry is Credit ? "gpucredit.credit.v1" : "gpucredit.usage.v1",
        Subject = accountId,
        Time = DateTimeOffset.FromUnixTimeMilliseconds(entry.Timestamp),
        DataContentType = "application/json",
        Data = Fields(entry),
    };

    private static List<KeyValuePair<string, string>> Headers(CloudEvent sent, string prefix) =>
    [
        new(prefix + "specversion", "1.0"),
        .. sent.GetPopulatedAttributes().Where(pair => pair.Key.Name != "datacontenttype").Select(pair => KeyValuePair.Create(prefix + pair.Key.Name, pair.Key.Format(pair.Value))),
    ];

    private static JsonObject Fields(Entry entry)
    {
        var fields = new JsonObject { ["amount"] = entry.Amount, ["revision"] = entry.Revision };
        if (entry is Credit credit)
        {
            fields["expiration"] = credit.Expiration;
            fields["priority"] = credit.Priority;
        }

        return fields;
    }
}
