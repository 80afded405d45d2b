using System.Globalization;
using GpuCredit.Host.Http;

namespace GpuCredit.Host.Formats;

/// <summary>What a message as a whole was read as: the drafts of its entries, or one refusal for all of it.</summary>
internal static class Drafts
{
    public static IReadOnlyList<EntryDraft> Refused(string field, string rule) => [EntryDraft.Refused(field, rule)];

    /// <summary>The refusal of a message that is larger than any door's; null when it isn't.</summary>
    public static IReadOnlyList<EntryDraft>? TooLarge(in IncomingMessage message) => message.Body.Length <= FormatLimits.MessageBytesMax
        ? null
        : Refused("body", string.Create(CultureInfo.InvariantCulture, $"must have at most {FormatLimits.MessageBytesMax} bytes"));

    /// <param name="batch">What was read.</param>
    /// <param name="elements">What the array should hold, in words.</param>
    public static IReadOnlyList<EntryDraft> Of(EntryBatch batch, string elements) =>
        batch.IsTooLong ? Refused("body", string.Create(CultureInfo.InvariantCulture, $"must hold at most {FormatLimits.MessageEntriesMax} {elements}"))
        : batch.IsNotAnArray ? Refused("body", $"must be one JSON array of {elements}")
        : batch.Drafts;
}
