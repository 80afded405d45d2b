using CreditActors.Ledger;

namespace GpuCredit.Host.Http;

/// <summary>A request's query, read strictly: only names that the call knows, none twice, each decoded once. A plus is a plus.</summary>
internal static class StrictQuery
{
    /// <summary>Null when the query holds nothing but <paramref name="name"/>, at most once; then <paramref name="value"/> is its value, if given.</summary>
    public static Refusal? Read(HttpRequest request, string? name, out string? value)
    {
        value = null;
        foreach (var pair in (request.QueryString.Value is ['?', .. var query] ? query : "").Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=');
            var key = PercentEncoding.TryDecode(equals < 0 ? pair : pair[..equals]) ?? pair;
            if (key != name)
                return new(key, name is null ? "is not taken: this call has no query" : $"is not taken: this call's query is {name}");
            if (value is not null)
                return new(key, "must be given once");
            if (equals < 0)
                return new(key, "must have a value");
            if (PercentEncoding.TryDecode(pair.AsSpan(equals + 1)) is not { } decoded)
                return new(key, PercentEncoding.Rule);
            value = decoded;
        }

        return null;
    }

    /// <summary>Null when the text is a tick or an RFC 3339 time within the ledger's range.</summary>
    public static Refusal? ReadAt(string text, out long at)
    {
        var rule = WholeNumber.TryParse(text, out at) ? null : Rfc3339.TryParse(text, out at);
        return rule is null ? EntryRules.CheckAt(at) : new("at", rule);
    }
}
