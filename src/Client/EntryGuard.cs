namespace GpuCredit.Client;

/// <summary>
/// What no entry may be, whatever the ledger's rules, which are the server's to check: without an id, or so long that a bound
/// on bytes would mean nothing.
/// </summary>
internal static class EntryGuard
{
    /// <summary>Far beyond what the server takes (128), so that its own rule is the one that refuses.</summary>
    public const int IdCharsMax = 1_024;

    /// <exception cref="ArgumentException">It isn't made by <see cref="Entry.Credit"/> or <see cref="Entry.Usage"/>, or an id is null or far too long.</exception>
    public static void Require(in Entry entry)
    {
        if (entry.Kind is not (EntryKind.Credit or EntryKind.Usage))
            throw new ArgumentException("An entry is made by Entry.Credit or Entry.Usage.", nameof(entry));
        RequireId(entry.AccountId, "accountId");
        RequireId(entry.Id, entry.Kind == EntryKind.Credit ? "creditId" : "usageId");
    }

    public static void RequireAll(ReadOnlySpan<Entry> entries)
    {
        foreach (ref readonly var entry in entries)
            Require(in entry);
    }

    private static void RequireId(string? id, string name)
    {
        if (id is not { Length: <= IdCharsMax })
            throw new ArgumentException($"{name} must not be null, and has at most {IdCharsMax} characters.", name);
    }
}
