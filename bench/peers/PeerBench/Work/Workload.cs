namespace PeerBench.Work;

/// <summary>
/// The seeded workload that every peer gets: thirty days of event time in ticks of a millisecond, one credit for fifty usages, a few
/// accounts with most of the traffic.
/// </summary>
internal static class Workload
{
    public const long Start = 1_760_000_000_000;
    public const long Length = 30L * 86_400_000;

    /// <summary>An hour after all history, and the tick of every question about now.</summary>
    public const long Now = Start + Length + 3_600_001;

    public const double Skew = 0.9;
    public const double LateShare = 0.10;
    private const double RepeatShare = 0.02;
    private const int EntriesEachCredit = 51;
    private const int PlacesLateMax = 1_000;
    private const int StepsEachTick = 10;

    /// <summary>
    /// Deliveries in the order they come: <paramref name="entries"/> different ones over zipf-skewed accounts, late ones moved back by
    /// up to 1,000 places within their account, and one in fifty delivered again up to 1,000 places later.
    /// </summary>
    public static List<WorkEntry> Deliveries(int entries, int accounts, ulong seed, double late = LateShare, double repeated = RepeatShare)
    {
        var chance = new Chance(seed);
        var accountOf = new int[entries];
        var counts = new int[accounts];
        var shares = Shares(accounts);
        for (var i = 0; i < entries; i++)
            counts[accountOf[i] = Pick(shares, chance)]++;

        var histories = new WorkEntry[accounts][];
        var taken = new int[accounts];
        for (var account = 0; account < accounts; account++)
            histories[account] = counts[account] > 0 ? History(account + 1, counts[account], chance, late) : [];

        var places = new List<(double Place, WorkEntry Entry)>(entries + (entries / 40));
        for (var i = 0; i < entries; i++)
        {
            var entry = histories[accountOf[i]][taken[accountOf[i]]++];
            places.Add((i, entry));
            if (chance.Share() < repeated)
                places.Add((i + chance.Between(1, PlacesLateMax) + 0.5, entry));
        }

        places.Sort((one, other) => one.Place.CompareTo(other.Place));
        return places.ConvertAll(place => place.Entry);
    }

    /// <summary>Questions about now, and beside them usages in order of time, as if ten steps came in a millisecond.</summary>
    public static List<WorkStep> AsksAndUsages(int steps, int accounts, ulong seed, double askShare = 0.9)
    {
        var chance = new Chance(seed ^ 77);
        var shares = Shares(accounts);
        var list = new List<WorkStep>(steps);
        for (var i = 0; i < steps; i++)
        {
            var account = Pick(shares, chance) + 1;
            list.Add(chance.Share() < askShare
                ? WorkStep.Ask(account, Now)
                : WorkStep.Write(new WorkEntry(account, chance.Id(), WorkEntry.Usage, Start + Length + 1 + (i / StepsEachTick), chance.Between(1, 100), 0)));
        }

        return list;
    }

    /// <summary>The history of one account, in the order of delivery.</summary>
    private static WorkEntry[] History(long account, int entries, Chance chance, double late)
    {
        var gap = (double)Length / entries;
        double time = Start;
        var places = new double[entries];
        var history = new WorkEntry[entries];
        for (var i = 0; i < entries; i++)
        {
            time += -Math.Log(1 - chance.Share()) * gap;
            var timestamp = (long)Math.Min(time, Start + Length);
            history[i] = i % EntriesEachCredit == 0
                ? new WorkEntry(account, chance.Id(), WorkEntry.Credit, timestamp, chance.Between(1_000, 4_000), timestamp + (long)(gap * EntriesEachCredit * (1 + (19 * chance.Share()))))
                : new WorkEntry(account, chance.Id(), WorkEntry.Usage, timestamp, chance.Between(1, 100), 0);
            places[i] = i + (chance.Share() < late ? chance.Between(1, PlacesLateMax) + 0.5 : 0);
        }

        Array.Sort(places, history);
        return history;
    }

    /// <summary>The share of the accounts up to each, the first the busiest.</summary>
    private static double[] Shares(int accounts)
    {
        var shares = new double[accounts];
        var sum = 0.0;
        for (var i = 0; i < accounts; i++)
            shares[i] = sum += Math.Pow(i + 1, -Skew);
        for (var i = 0; i < accounts; i++)
            shares[i] /= sum;
        return shares;
    }

    private static int Pick(double[] shares, Chance chance)
    {
        var found = Array.BinarySearch(shares, chance.Share());
        return Math.Min(found < 0 ? ~found : found, shares.Length - 1);
    }
}
