using System.Text;
using GpuCredit.Host.Formats;
using GpuCredit.Host.Http;

namespace Host.Tests.Formats;

/// <summary>Messages as a broker would hand them over.</summary>
internal static class Messages
{
    public static IncomingMessage Of(string body, string? contentType = null, params string[] headers) => Of(Encoding.UTF8.GetBytes(body), contentType, headers);

    /// <param name="body">The bytes.</param>
    /// <param name="contentType">The door's own property.</param>
    /// <param name="headers">Each as <c>name=value</c>.</param>
    public static IncomingMessage Of(byte[] body, string? contentType = null, params string[] headers) => new(
        body, contentType, [.. headers.Select(header => header.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], pair[1]))]);

    /// <summary>The same message, by a door whose binding of CloudEvents encodes headers: HTTP, NATS.</summary>
    public static IncomingMessage Encoded(this in IncomingMessage message) => message with { HasEncodedHeaders = true };

    public static IReadOnlyList<EntryDraft> Read(this IEntryFormat format, in IncomingMessage message) => format.Read(message, out _);

    /// <summary>The refusal of a message that is one refusal.</summary>
    public static string RefusalOf(this IEntryFormat format, in IncomingMessage message) => Assert.Single(format.Read(message)).Refusal!.ToString();

    public static EntryDraft EntryOf(this IEntryFormat format, in IncomingMessage message)
    {
        var draft = Assert.Single(format.Read(message));
        Assert.Null(draft.Refusal);
        return draft;
    }
}
