using CreditActors.Ledger;
using CsCheck;

namespace CreditActors.Tests.Ledger;

/// <summary>
/// Generators of entries so crowded (few times, few ids, small amounts) that ties, splits, merges, amendments and late
/// entries are in almost every sample.
/// </summary>
internal static class Entries
{
    private static readonly Gen<int> Priorities = OneOf(50, 50, 50, 0, 10, 100);

    /// <summary>About one void in five editions after the first.</summary>
    private static Gen<long> Amounts(int revision, long most) =>
        revision == 0 ? Gen.Long[1, most] : Gen.Select(Gen.Int[0, 4], Gen.Long[1, most], (dice, amount) => dice == 0 ? 0 : amount);

    public static Gen<Entry> Credit(Gen<string> ids, int times, long most, int revisions) =>
        from revision in Gen.Int[0, revisions]
        from id in ids
        from amount in Amounts(revision, most)
        from start in Gen.Long[0, times]
        from length in Gen.Long[0, times * 2 / 3]
        from priority in Priorities
        select (Entry)new Credit(id, amount, start, length, priority, revision);

    public static Gen<Entry> Usage(Gen<string> ids, int times, long most, int revisions) =>
        from revision in Gen.Int[0, revisions]
        from id in ids
        from amount in Amounts(revision, most)
        from time in Gen.Long[0, times]
        select (Entry)new Usage(id, amount, time, revision);

    public static Gen<string> Ids(string prefix, int count) => Gen.Int[0, count - 1].Select(n => $"{prefix}{n}");

    /// <summary>Times 0..12, six credits, eight usages, revisions 0..2, small amounts.</summary>
    public static Gen<Entry> Crowded { get; } = Gen.OneOf(
        Credit(Ids("c", 6), 12, 9, 2),
        Usage(Ids("u", 8), 12, 7, 2));

    /// <summary>Hundreds of entries over a hundred times, so that there are many epochs, pages and checkpoints, and still ties.</summary>
    public static Gen<Entry> Wide { get; } = Gen.Frequency(
        (1, Credit(Ids("c", 60), 120, 40, 2)),
        (3, Usage(Ids("u", 150), 120, 12, 2)));

    /// <summary>
    /// So many short credits over sixty times that the replay keeps several checkpoints, and few enough that the effect of a
    /// late entry often ends between two of them.
    /// </summary>
    public static Gen<Entry> Chained { get; } = Gen.Frequency(
        (3, Gen.Select(Credit(Ids("c", 50), 60, 9, 2), Gen.Long[0, 3], (credit, length) => (Entry)((Credit)credit with { Expiration = length }))),
        (3, Usage(Ids("u", 60), 64, 6, 2)));

    /// <summary>
    /// Credits that overlap for long, and a few usages of one amount that are amended in time again and again: what they burn
    /// moves from one credit to another while the total stays.
    /// </summary>
    public static Gen<Entry> Moving { get; } = Gen.Frequency(
        (3, Gen.Select(Credit(Ids("c", 40), 60, 30, 0), Gen.Int[0, 9], (credit, dice) => (Entry)((Credit)credit with { Priority = dice == 0 ? 10 : 50 }))),
        (2, Gen.Select(Ids("u", 6), Gen.Long[0, 64], Gen.Int[0, 30], (id, time, revision) => (Entry)new Usage(id, 3, time, revision))));

    /// <summary>
    /// Ids that are prefixes of one another, differ in case or in their last character, and lie about every length at which
    /// a packed id might change its shape.
    /// </summary>
    public static Gen<string> AwkwardIds { get; } = OneOf(
        "a", "A", "aa", "b", "!", "~", "a!", "a~", "/", "%2F",
        new string('a', 7), new string('a', 8), new string('a', 9), "aaaaaaab", "aaaaaaaaB",
        new string('a', 15), new string('a', 16), new string('a', 17), new string('a', 15) + "b", new string('a', 16) + "b",
        new string('a', 31), new string('a', 32), new string('a', 33), new string('a', 36), new string('a', 64),
        new string('a', 127), new string('a', 128), new string('a', 127) + "b");

    public static Gen<Entry> Awkward { get; } = Gen.OneOf(
        Credit(AwkwardIds, 12, 9, 2),
        Usage(AwkwardIds, 12, 7, 2));

    /// <summary>One content for each (kind, id, revision), in random order: what L1 calls a set of entries.</summary>
    public static Gen<Entry[]> Set(Gen<Entry> entry, int least, int most) =>
        entry.Array[least, most].Select(entries => entries.DistinctBy(Edition).ToArray());

    /// <summary>Entries, questions and dropped checkpoints, in any order.</summary>
    public static Gen<List<Step>> Steps(Gen<Entry> entry, int times, int least, int most, int takesForAnAsk = 3) =>
        Gen.Frequency(
            (takesForAnAsk * 4, entry.Select(e => (Step)new Step.Take(e))),
            (4, Gen.Long[-1, times * 5 / 3 + 2].Select(at => (Step)new Step.Ask(at))),
            (1, Gen.Const((Step)new Step.Drop())))
        .List[least, most];

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    public static (EntryKind Kind, string Id, int Revision) Edition(Entry entry) => (entry.Kind, entry.Id, entry.Revision);
}
