using System.Globalization;
using CreditActors.Ledger;
using CreditActors.Sharding;
using PeerBench.Work;

namespace StoreBench.Whales;

/// <summary>
/// One account's entries, each known by its number: a credit before every fifty usages, some twenty of them active at once, and a tenth of
/// the usages late by up to a thousand places. Ids are random and of 32 characters, as a UUID without its dashes.
/// </summary>
internal static class WhaleHistory
{
    public const string AccountId = "whale";

    /// <summary>After everything.</summary>
    public const long Now = 1L << 40;

    private const int UsagesEachCredit = 50;
    private const int TicksEach = 10;
    private const int Active = 20;
    private const int LatePlacesMax = 1_000;
    private const int AmountMax = 100;

    /// <summary>Of 51 entries one is a credit.</summary>
    public static long EntriesOf(long usages) => usages + (usages / UsagesEachCredit);

    public static Entry EntryOf(long number)
    {
        var chance = new Chance((ulong)number);
        var id = chance.Id().ToString("N", CultureInfo.InvariantCulture);
        var at = number * TicksEach;
        if (number % (UsagesEachCredit + 1) == 0)
            return new Credit(id, UsagesEachCredit * AmountMax / 2, at, (UsagesEachCredit + 1) * TicksEach * Active);
        if (chance.Between(0, 9) == 0)
            at -= chance.Between(1, LatePlacesMax) * TicksEach;
        return new Usage(id, chance.Between(1, AmountMax), at);
    }

    public static AccountEntry[] Entries(long from, int count)
    {
        var entries = new AccountEntry[count];
        for (var i = 0; i < count; i++)
            entries[i] = new(AccountId, EntryOf(from + i));
        return entries;
    }
}
