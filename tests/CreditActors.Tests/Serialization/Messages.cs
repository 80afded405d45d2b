using CreditActors.Ledger;
using CreditActors.Protocol;
using CsCheck;

namespace CreditActors.Tests.Serialization;

/// <summary>Messages of every kind, with values from end to end of their ranges.</summary>
internal static class Messages
{
    private static readonly Gen<string> Ids = Gen.Frequency(
        (1, Ledger.Entries.AwkwardIds),
        (1, Gen.Char['!', '~'].Array[1, Limits.IdCharsMax].Select(chars => new string(chars))));

    private static readonly Gen<long> Ticks = Gen.Frequency(
        (1, Gen.Long[-Limits.TicksMax, Limits.TicksMax]),
        (1, Gen.Int[0, 4].Select(i => new[] { -Limits.TicksMax, -1, 0, 1, Limits.TicksMax }[i])));

    private static readonly Gen<Entry> AnyEntry = Gen.OneOf(
        Gen.Select(Ids, Gen.Long[0, Limits.AmountMax], Ticks, Gen.Int[0, Limits.RevisionMax], Gen.Bool, (id, amount, at, revision, zero) =>
            (Entry)new Usage(id, amount, at, zero ? 0 : revision)),
        from id in Ids
        from amount in Gen.Long[0, Limits.AmountMax]
        from at in Ticks
        from expiration in Gen.Long[0, Limits.ExpirationMax]
        from priority in Gen.Int[0, Limits.PriorityMax]
        from revision in Gen.Int[0, 2]
        select (Entry)new Credit(id, amount, at, expiration, priority, revision));

    private static readonly Gen<EntryOutcome> Outcomes =
        from status in Gen.Int[1, 7]
        from version in Gen.Long[0, long.MaxValue]
        from standing in AnyEntry
        select (OutcomeStatus)status switch
        {
            OutcomeStatus.Rejected => EntryOutcome.Rejected(new Refusal("amount", "must be a whole number"), version),
            OutcomeStatus.Conflict => new(OutcomeStatus.Conflict, version, Standing: standing),
            OutcomeStatus.Unavailable => EntryOutcome.Unavailable,
            var other => new EntryOutcome(other, version),
        };

    private static readonly Gen<ClosedIdsPart> SomeIds =
        Gen.Select(Ticks, Gen.Select(Gen.ULong, Gen.ULong).Array[0, 5], Gen.Bool, (horizon, digests, revised) => new ClosedIdsPart(
            horizon, [.. digests.Select(digest => new UInt128(digest.Item1, digest.Item2))], revised ? [.. digests.Select((_, i) => i)] : []));

    private static readonly Gen<SegmentBooks> Books =
        from horizon in Ticks
        from credits in Gen.Long[0, long.MaxValue]
        from sums in Gen.Select(Ticks, Gen.Long[1, long.MaxValue], (at, amount) => new ClosedSum(at, amount)).Array[0, 5]
        from ids in SomeIds.Array[0, 3]
        from isFirst in Gen.Bool
        from isLast in Gen.Bool
        select new SegmentBooks(isFirst ? new ClosedBooks(horizon, credits, [.. sums], []) : null, [.. ids], isLast);

    /// <summary>At least one.</summary>
    public static Gen<Entry[]> Entries { get; } = AnyEntry.Array[1, 20];

    /// <summary>Rows as they are written: without closed books.</summary>
    public static Gen<AccountSegment> Segments { get; } =
        Gen.Select(AnyEntry.Array[0, 20], Gen.Long[1, long.MaxValue].Array[0, 5], Gen.Long[1, long.MaxValue], Gen.Long[0, long.MaxValue], (entries, older, version, olderEntries) =>
            new AccountSegment([.. older], version, [.. entries], OlderEntries: olderEntries / 2 * (older.Length > 2 ? 1 : 0)));

    public static Gen<IWireMessage> Any { get; } = Gen.OneOf(
        AnyEntry.Array[0, 20].Select(entries => (IWireMessage)new EntriesRecorded([.. entries])),
        Segments.Select(segment => (IWireMessage)segment),
        Gen.Select(Ids, AnyEntry, (account, entry) => entry is Credit credit ? new AddCredit(account, credit) : (IWireMessage)new UseCredit(account, (Usage)entry)),
        Gen.Select(Ids, AnyEntry.Array[0, 20], (account, entries) => (IWireMessage)new RecordEntries(account, [.. entries])),
        Gen.Select(Ids, Ticks, (account, at) => (IWireMessage)new GetBalance(account, at)),
        Gen.Select(Ids, Outcomes.Array[0, 20], (account, outcomes) => (IWireMessage)new EntriesOutcome(account, [.. outcomes])),
        Gen.Select(Ids, Ticks, Gen.Long[0, long.MaxValue], Gen.Long[0, long.MaxValue], (account, at, balance, version) =>
            (IWireMessage)new BalanceAnswer(account, at, balance, version)),
        Gen.Select(AnyEntry.Array[0, 20], Ticks, Ticks, (entries, horizon, through) => (IWireMessage)new EntriesRecorded([.. entries], new Closing(horizon, through))),
        Gen.Select(AnyEntry.Array[0, 20], Gen.Long[1, long.MaxValue], Books, (entries, version, books) => (IWireMessage)new AccountSegment([], version, [.. entries], books)),
        Gen.Select(Ids, Ticks, Ticks, (account, at, horizon) => (IWireMessage)new BeforeHorizon(account, at, horizon)),
        Ids.Select(account => (IWireMessage)new AccountUnavailable(account)),
        Gen.Select(Gen.Long[0, long.MaxValue], Gen.Int, (round, uid) => (IWireMessage)new LeasePing(round, uid)),
        Gen.Long[0, long.MaxValue].Select(round => (IWireMessage)new LeaseGrant(round)));

    /// <summary>Immutable arrays compare by reference, so content is compared as text; every record prints all its values.</summary>
    public static string Print(object message) => message switch
    {
        EntriesRecorded recorded => $"EntriesRecorded {List(recorded.Entries)} {recorded.Closing}",
        AccountSegment segment => $"AccountSegment {List(segment.OlderVersions)} {segment.Version} {List(segment.Entries)} {Print(segment.Books)} {segment.OlderEntries}",
        RecordEntries record => $"RecordEntries {record.AccountId} {List(record.Entries)}",
        EntriesOutcome outcome => $"EntriesOutcome {outcome.AccountId} {List(outcome.Outcomes)}",
        _ => message.ToString()!,
    };

    private static string Print(SegmentBooks? books) => books is null
        ? "no books"
        : $"{books.Head?.Horizon} {books.Head?.CreditsSum} {List(books.Head?.Sums ?? [])} {books.IsLast} "
            + List(books.Ids.Select(ids => $"{ids.Horizon} {List(ids.Digests)} {List(ids.Revisions)}"));

    private static string List<T>(IEnumerable<T> items) => string.Join("\n", items);
}
