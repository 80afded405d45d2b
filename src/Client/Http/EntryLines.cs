using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace GpuCredit.Client.Http;

/// <summary>Writes entries as the API reads them: one JSON object, or many as lines of NDJSON. A hot path.</summary>
internal static class EntryLines
{
    // The body is no part of a page, so that nothing but what JSON itself demands is escaped.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly JsonEncodedText AccountId = JsonEncodedText.Encode("accountId");
    private static readonly JsonEncodedText CreditId = JsonEncodedText.Encode("creditId");
    private static readonly JsonEncodedText UsageId = JsonEncodedText.Encode("usageId");
    private static readonly JsonEncodedText Amount = JsonEncodedText.Encode("amount");
    private static readonly JsonEncodedText Timestamp = JsonEncodedText.Encode("timestamp");
    private static readonly JsonEncodedText Expiration = JsonEncodedText.Encode("expiration");
    private static readonly JsonEncodedText Priority = JsonEncodedText.Encode("priority");
    private static readonly JsonEncodedText Revision = JsonEncodedText.Encode("revision");

    /// <summary>Without its account, which stands in the path.</summary>
    public static ReadOnlyMemory<byte> WriteOne(in Entry entry)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(bytes, Options);
        Write(json, in entry, withAccount: false);
        json.Flush();
        return bytes.WrittenMemory;
    }

    public static ReadOnlyMemory<byte> Write(ReadOnlySpan<Entry> entries)
    {
        var bytes = new ArrayBufferWriter<byte>(Math.Max(256, entries.Length * 160));
        using var json = new Utf8JsonWriter(bytes, Options);
        foreach (ref readonly var entry in entries)
        {
            Write(json, in entry, withAccount: true);
            json.Flush();
            json.Reset();
            bytes.GetSpan(1)[0] = (byte)'\n';
            bytes.Advance(1);
        }

        return bytes.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, in Entry entry, bool withAccount)
    {
        var isCredit = entry.Kind == EntryKind.Credit;
        json.WriteStartObject();
        if (withAccount)
            json.WriteString(AccountId, entry.AccountId);
        json.WriteString(isCredit ? CreditId : UsageId, entry.Id);
        json.WriteNumber(Amount, entry.Amount);
        json.WriteNumber(Timestamp, entry.Timestamp);
        if (isCredit)
        {
            json.WriteNumber(Expiration, entry.Expiration);
            if (entry.Priority != Entry.PriorityDefault)
                json.WriteNumber(Priority, entry.Priority);
        }

        if (entry.Revision != 0)
            json.WriteNumber(Revision, entry.Revision);
        json.WriteEndObject();
    }
}
