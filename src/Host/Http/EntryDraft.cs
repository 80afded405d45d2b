using CreditActors.Ledger;

namespace GpuCredit.Host.Http;

/// <summary>What a body, a line or an element was read as: an entry whose shape is right, or why it isn't one.</summary>
/// <remarks>The ranges of its values are not looked at yet: those rules are the ledger's.</remarks>
internal readonly record struct EntryDraft(string AccountId, Entry? Entry, Refusal? Refusal)
{
    public static EntryDraft Refused(string field, string rule) => new("", null, new Refusal(field, rule));
}
