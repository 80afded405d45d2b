using CreditActors.Ledger;
using Microsoft.AspNetCore.Http.Features;

namespace GpuCredit.Host.Http;

/// <summary>
/// The account that a request's path names. The server decodes a path halfway (<c>%2F</c> stays, <c>%252F</c> becomes
/// <c>%2F</c>) and resolves its dots, so two accounts would share one path; here the raw path is decoded exactly once.
/// </summary>
/// <remarks>
/// The account leaves the path before routing: it travels as a feature, and the route sees <c>-</c> in its place, so that
/// no account's name can ever be another route.
/// </remarks>
internal sealed record AccountPath(string AccountId)
{
    private const string Prefix = "/v1/accounts";
    private const string RoutedPrefix = Prefix + "/-";

    /// <summary>Puts the path's account aside, or answers when it can't be one.</summary>
    public static Task Middleware(HttpContext context, RequestDelegate next)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!TrySplit(target, out var account, out var rest))
        {
            // Not an account's path as it was sent; if the server's own reading made it one (by resolving dots or decoding
            // the prefix), nobody has checked the account in it.
            return context.Request.Path.StartsWithSegments(Prefix) ? Problems.NotFound().ExecuteAsync(context) : next(context);
        }

        if (PercentEncoding.TryDecode(account) is not { } accountId)
            return Problems.Rejected(new("accountId", PercentEncoding.Rule)).ExecuteAsync(context);
        if (EntryRules.CheckAccountId(accountId) is { } refusal)
            return Problems.Rejected(refusal).ExecuteAsync(context);
        context.Features.Set(new AccountPath(accountId));
        context.Request.Path = string.Concat(RoutedPrefix, rest);
        return next(context);
    }

    public static string Of(HttpContext context) => context.Features.GetRequiredFeature<AccountPath>().AccountId;

    /// <summary>False when the raw target's path isn't <c>/v1/accounts/{account}/…</c>.</summary>
    private static bool TrySplit(string target, out ReadOnlySpan<char> account, out ReadOnlySpan<char> rest)
    {
        account = rest = [];
        var path = PathOf(target);
        if (!path.StartsWith(Prefix + "/", StringComparison.OrdinalIgnoreCase))
            return false;
        var tail = path[(Prefix.Length + 1)..];
        var slash = tail.IndexOf('/');
        if (slash < 0)
            return false;
        account = tail[..slash];
        rest = tail[slash..];
        return true;
    }

    /// <summary>The path of an origin-form target (<c>/path?query</c>) or of an absolute one (<c>http://host/path?query</c>).</summary>
    private static ReadOnlySpan<char> PathOf(ReadOnlySpan<char> target)
    {
        var query = target.IndexOf('?');
        var path = query < 0 ? target : target[..query];
        var scheme = path.StartsWith('/') ? -1 : path.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
            return path;
        var host = path[(scheme + 3)..];
        var slash = host.IndexOf('/');
        return slash < 0 ? "/" : host[slash..];
    }
}
