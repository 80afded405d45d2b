namespace Cluster.Tests.Faults;

/// <summary>
/// Every fault in turn, in an order of the seed's, and then again in another: one of the nodes and, for each of the
/// database's once in a turn, that one amid it.
/// </summary>
internal static class Mix
{
    /// <summary>How long one of the database's waits after the other has begun.</summary>
    private static readonly TimeSpan _amidMax = TimeSpan.FromSeconds(8);

    private static readonly Fault[] _ofNodes =
        [Killing.Oldest, Pausing.Any, Splitting.Minority, Splitting.Oldest, Splitting.Everybody, Moving.JoinAndLeave, Moving.Down];

    /// <summary>Those that have a test of their own.</summary>
    private static readonly Fault[] _alsoAlone = [Killing.Any, Moving.RollOnce];

    private static readonly Fault[] _ofTheDatabase = [DatabaseFaults.Crash, DatabaseFaults.CutConnections];

    /// <summary>All of them once.</summary>
    /// <param name="random">Their order, and which are at once.</param>
    /// <param name="isShort">Without those that the same test run has alone.</param>
    public static IReadOnlyList<Fault> Turn(Random random, bool isShort)
    {
        Fault[] nodes = [.. _ofNodes, .. isShort ? [] : _alsoAlone];
        random.Shuffle(nodes);
        Fault[] turn = [.. nodes.Zip(_ofTheDatabase, (one, beside) => Amid(one, beside, random.NextDouble() * _amidMax, random.Next())), .. nodes.Skip(_ofTheDatabase.Length)];
        random.Shuffle(turn);
        return turn;
    }

    private static Fault Amid(Fault one, Fault other, TimeSpan after, int seed) => new($"{one.Name}, and amid it: {other.Name}", async (cluster, load, random) =>
    {
        var first = one.RunAsync(cluster, load, random);
        var second = Task.Run(async () =>
        {
            await Task.Delay(after);
            return await other.RunAsync(cluster, load, new Random(seed));
        });
        await Task.WhenAll(first, second);
        return $"{await first}; {await second}";
    });
}
