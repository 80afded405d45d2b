using System.Globalization;

namespace CreditActors.Ledger;

/// <summary>The rules that an entry's values obey whatever the account holds: the static half of <c>rejected</c>.</summary>
public static class EntryRules
{
    private static readonly string IdRule =
        $"must be 1 to {Limits.IdCharsMax} characters of printable ASCII without space (0x21 to 0x7E)";

    private static readonly string AmountRule = WholeNumber(1, Limits.AmountMax);
    private static readonly string TimestampRule = WholeNumber(-Limits.TicksMax, Limits.TicksMax);
    private static readonly string ExpirationRule = WholeNumber(0, Limits.ExpirationMax);
    private static readonly string PriorityRule = WholeNumber(0, Limits.PriorityMax);
    private static readonly string RevisionRule = WholeNumber(0, Limits.RevisionMax);

    private static readonly string IdsExceededRule = string.Create(
        CultureInfo.InvariantCulture, $"must be one that the account knows: it holds as many ids as it can ({IdTable.BytesMax} bytes of them)");

    /// <summary>Null when every value of the entry keeps its rule; otherwise the first that doesn't.</summary>
    public static Refusal? Check(Entry entry)
    {
        if (!IsId(entry.Id))
            return new(entry.Kind == EntryKind.Credit ? "creditId" : "usageId", IdRule);
        if (entry.Revision < 0)
            return new("revision", RevisionRule);
        if (entry.Amount == 0 && entry.Revision == 0)
            return new("amount", AmountRule + "; 0 (a void) only in a revision of 1 or more");
        if (entry.Amount is < 0 or > Limits.AmountMax)
            return new("amount", AmountRule);
        if (entry.Timestamp is < -Limits.TicksMax or > Limits.TicksMax)
            return new("timestamp", TimestampRule);
        return entry is Credit credit ? CheckSpan(credit) : null;
    }

    /// <summary>Null when the id may name an account: an id, and neither <c>.</c> nor <c>..</c>, since it stands in paths.</summary>
    public static Refusal? CheckAccountId(string accountId) =>
        !IsId(accountId) ? new("accountId", IdRule)
        : accountId is "." or ".." ? new("accountId", "must not be \".\" or \"..\"")
        : null;

    /// <summary>Null when <paramref name="at"/> is a tick, |at| ≤ 2^53−1.</summary>
    public static Refusal? CheckAt(long at) =>
        at is < -Limits.TicksMax or > Limits.TicksMax ? new("at", TimestampRule) : null;

    /// <summary>The refusal of the credit that would take the account's standing credits beyond their limit.</summary>
    public static Refusal StandingCreditsExceeded { get; } = new(
        "amount",
        string.Create(CultureInfo.InvariantCulture, $"must not take the account's standing credits beyond {Limits.StandingCreditsMax}"));

    /// <summary>The refusal of an entry whose id is new to an account that has no room for another id of its kind.</summary>
    public static Refusal IdsExceeded(EntryKind kind) => kind switch
    {
        EntryKind.Credit => new("creditId", IdsExceededRule),
        EntryKind.Usage => new("usageId", IdsExceededRule),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static Refusal? CheckSpan(Credit credit)
    {
        if (credit.Expiration is < 0 or > Limits.ExpirationMax)
            return new("expiration", ExpirationRule);
        if (credit.End > Limits.TicksMax)
            return new("expiration", string.Create(CultureInfo.InvariantCulture, $"must not end after tick {Limits.TicksMax} (timestamp + expiration)"));
        return credit.Priority is < 0 or > Limits.PriorityMax ? new("priority", PriorityRule) : null;
    }

    private static bool IsId(string? id) =>
        id is { Length: >= 1 and <= Limits.IdCharsMax } && !id.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static string WholeNumber(long from, long to) =>
        string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {from} to {to}");
}
