using CloudNative.CloudEvents.Http;

namespace GpuCredit.Host.Formats;

/// <summary>A header named <c>ce-…</c> as CloudEvents' bindings of HTTP (§3.1.3.2) and NATS (1.0.3, §3.1.3.2) write it.</summary>
internal static class EncodedHeader
{
    public const string Prefix = "ce-";

    public const string Rule = "must be percent-encoded UTF-8";

    /// <remarks>The SDK's own test of a name compares by culture, which passes over characters that nobody sees.</remarks>
    public static bool IsNamed(string header) => header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);

    /// <summary>Unquoted, then percent-decoded once; null when it can't be.</summary>
    public static string? Decode(string value)
    {
        try
        {
            return HttpUtilities.DecodeHeaderValue(value);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
