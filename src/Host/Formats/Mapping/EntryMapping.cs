using CreditActors.Ledger;
using GpuCredit.Host.Http;

namespace GpuCredit.Host.Formats.Mapping;

/// <summary>Which field of a foreign payload is which of an entry: one element of a message in, at most one draft out.</summary>
internal sealed class EntryMapping
{
    private readonly MappingText _account;
    private readonly MappingText _id;
    private readonly MappingSum _amount;
    private readonly Rounding _rounding;
    private readonly bool _skipsZero;
    private readonly MappingTime _time;
    private readonly bool _isCredit;
    private readonly MappingCondition? _creditWhen;
    private readonly MappingSum? _expiration;
    private readonly MappingTime? _expiresAt;
    private readonly MappingSum? _priority;
    private readonly MappingSum? _revision;
    private readonly MappingCondition? _when;
    private readonly bool _skipsOthers;

    public EntryMapping(MappingSettings settings)
    {
        _account = settings.Expression("Account", MappingText.Parse, "where the account stands, such as $.subject");
        _id = settings.Expression("Id", MappingText.Parse, "where the creditId or usageId stands, such as $.id");
        _amount = settings.Expression("Amount", MappingSum.Parse, "where the amount stands, or a sum such as $.input * 3 + $.output * 15");
        _rounding = settings.Choice("Rounding", Rounding.Exact, ("exact", Rounding.Exact), ("up", Rounding.Up), ("down", Rounding.Down), ("half-even", Rounding.HalfEven));
        if (_amount.HasFraction && !settings.Has("Rounding"))
            settings.Required("Rounding", "up, down, half-even or exact, since the amount has a weight with a fraction");
        _skipsZero = settings.Choice("IfZero", otherwise: false, ("refuse", false), ("skip", true));
        _time = ReadTime(settings, "Time") ?? throw new System.Diagnostics.UnreachableException();
        _when = settings.Expression("When", MappingCondition.Parse);
        if (_when is null)
            settings.RefuseMeaningless("Others", "without When");
        _skipsOthers = settings.Choice("Others", otherwise: false, ("refuse", false), ("skip", true));
        _revision = settings.Expression("Revision", MappingSum.Parse);
        _creditWhen = settings.Expression("CreditWhen", MappingCondition.Parse);
        if (_creditWhen is not null)
            settings.RefuseMeaningless("Kind", "beside CreditWhen");
        else
            settings.Required("Kind", "usage or credit (or CreditWhen, a condition)");
        _isCredit = settings.Choice("Kind", otherwise: false, ("usage", false), ("credit", true));
        if (!_isCredit && _creditWhen is null)
        {
            foreach (var name in (ReadOnlySpan<string>)["Expiration", "ExpiresAt", "Priority"])
                settings.RefuseMeaningless(name, "for a usage");
            return;
        }

        _expiration = settings.Expression("Expiration", MappingSum.Parse);
        if (_expiration is not null)
            settings.RefuseMeaningless("ExpiresAt", "beside Expiration");
        else
            settings.Required("ExpiresAt", "a credit has an end (or Expiration, its length in ticks)");
        _expiresAt = _expiration is null ? ReadTime(settings, "ExpiresAt") : null;
        _priority = settings.Expression("Priority", MappingSum.Parse);
    }

    /// <summary>Null when the mapping passes it over.</summary>
    public EntryDraft? Read(in MappedMessage message)
    {
        var draft = ReadFields(message);
        return message.Headers.Malformed is { } header ? EntryDraft.Refused(header, EncodedHeader.Rule) : draft;
    }

    private EntryDraft? ReadFields(in MappedMessage message)
    {
        if (_when?.Holds(message) == false)
            return ReadOther(_when, message);
        if (_account.TryJoin(message, out var account) is { } accountRule)
            return EntryDraft.Refused("accountId", accountRule);
        var isCredit = _creditWhen?.Holds(message) ?? _isCredit;
        if (_id.TryJoin(message, out var id) is { } idRule)
            return EntryDraft.Refused(isCredit ? "creditId" : "usageId", idRule);
        var revision = 0L;
        if (_revision?.TryWhole(message, Rounding.Exact, out revision) is { } revisionRule)
            return EntryDraft.Refused("revision", revisionRule);
        if (ReadAmount(message, out var amount) is { } amountRule)
            return EntryDraft.Refused("amount", amountRule);
        // In a higher revision 0 is a void, and means what it says.
        if (amount == 0 && revision == 0 && _skipsZero)
            return null;
        if (_time.TryRead(message, out var timestamp) is { } timeRule)
            return EntryDraft.Refused("timestamp", timeRule);
        if (!isCredit)
            return new(account, new Usage(id, amount, timestamp, WholeNumber.ToInt32(revision)), null);
        if (ReadExpiration(message, timestamp, out var expiration) is { } expirationRule)
            return EntryDraft.Refused("expiration", expirationRule);
        long priority = Limits.PriorityDefault;
        if (_priority?.TryWhole(message, Rounding.Exact, out priority) is { } priorityRule)
            return EntryDraft.Refused("priority", priorityRule);
        return new(account, new Credit(id, amount, timestamp, expiration, WholeNumber.ToInt32(priority), WholeNumber.ToInt32(revision)), null);
    }

    private EntryDraft? ReadOther(MappingCondition when, in MappedMessage message)
    {
        // Passed over is only what says itself that it is something else: anything could lack a field.
        if (when.Missing(message) is { } path)
            return EntryDraft.Refused(path.Root == PathRoot.Header ? "headers" : "body", path.NeededByWhen(message));
        return _skipsOthers ? null : EntryDraft.Refused("body", "must be what the mapping's When names");
    }

    private static MappingTime? ReadTime(MappingSettings settings, string name)
    {
        var path = settings.Expression(name, ParseTime, "where the time stands, such as $.timestamp");
        settings.Required("TimeUnit", "rfc3339, unix-s, unix-ms, unix-us or unix-ns");
        var unit = settings.Choice(
            "TimeUnit", TimeUnit.Rfc3339,
            ("rfc3339", TimeUnit.Rfc3339), ("unix-s", TimeUnit.UnixSeconds), ("unix-ms", TimeUnit.UnixMilliseconds), ("unix-us", TimeUnit.UnixMicroseconds), ("unix-ns", TimeUnit.UnixNanoseconds));
        return new(path, unit, settings.Choice("TimeRounding", Rounding.Exact, ("exact", Rounding.Exact), ("down", Rounding.Down)));
    }

    private static MappingPath ParseTime(string text)
    {
        var reader = new ExpressionReader(text);
        var path = reader.Path();
        if (!reader.IsAtEnd || path.IsOptional)
            throw new ExpressionException("must be one path, with no question mark: an entry without a time can't be told from its repetition");
        return path;
    }

    private string? ReadAmount(in MappedMessage message, out long amount)
    {
        amount = 0;
        if (_amount.TryCompute(message, out var sum) is { } rule)
            return rule;
        if (sum.Digits.Sign < 0)
            return "must not be negative"; // said before rounding could make it 0
        if (!sum.TryRound(_rounding, out var whole))
            return "must be whole: the mapping's Rounding is exact";
        amount = MappingSum.ToInt64(whole);
        return null;
    }

    private string? ReadExpiration(in MappedMessage message, long timestamp, out long expiration)
    {
        if (_expiration is not null)
            return _expiration.TryWhole(message, Rounding.Exact, out expiration);
        var rule = _expiresAt!.TryRead(message, out var end);
        // Either may be beyond every range, and their difference beyond 64 bits.
        expiration = MappingSum.ToInt64((System.Numerics.BigInteger)end - timestamp);
        return rule;
    }
}
