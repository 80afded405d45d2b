using System.Diagnostics;
using Akka.Actor;
using Akka.Persistence;
using CreditActors.Bench;
using CreditActors.Protocol;

namespace StoreBench.Whales;

/// <summary>How long the messages of one actor have kept it, by their kind, since it was last cleared. One for each place, whoever lives there.</summary>
internal sealed class MessageTimes
{
    private static readonly Lock s_saves = new();
    private static readonly Dictionary<long, (long Since, int Entries)> s_saving = [];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Kept> _kept = new(StringComparer.Ordinal);

    /// <summary>The whale.</summary>
    public static MessageTimes Account { get; } = new();

    public static MessageTimes SnapshotStore { get; } = new();

    public static MessageTimes Journal { get; } = new();

    /// <summary>The account's actor that came last.</summary>
    public static IActorRef? AccountRef { get; private set; }

    /// <summary>Rows of the snapshot that were saved: entries, and from the account's word to the store's.</summary>
    public static List<(int Entries, TimeSpan Took)> Saves { get; } = [];

    public static MessageTimes? Of(IActorRef owner)
    {
        var path = owner.Path.ToStringWithoutAddress();
        if (path.EndsWith("/" + WhaleHistory.AccountId, StringComparison.Ordinal))
        {
            AccountRef = owner;
            return Account;
        }

        return path.EndsWith("snapshot-store.sql", StringComparison.Ordinal) ? SnapshotStore
            : path.EndsWith("journal.sql", StringComparison.Ordinal) ? Journal
            : null;
    }

    /// <summary>Rows that are being saved.</summary>
    public static int Saving
    {
        get
        {
            lock (s_saves)
                return s_saving.Count;
        }
    }

    /// <summary>Entries in the largest of them.</summary>
    public static int SavingEntries
    {
        get
        {
            lock (s_saves)
                return s_saving.Values.Select(save => save.Entries).DefaultIfEmpty().Max();
        }
    }

    public static void ClearAll()
    {
        Account.Clear();
        SnapshotStore.Clear();
        Journal.Clear();
        lock (s_saves)
        {
            Saves.Clear();
            s_saving.Clear();
        }
    }

    /// <summary>A message is on its way to the actor.</summary>
    public void Came(object message)
    {
        switch (message)
        {
            case SaveSnapshot { Snapshot: AccountSegment segment }:
                lock (s_saves)
                    s_saving[segment.Version] = (Stopwatch.GetTimestamp(), segment.Entries.Count);
                break;
            case SaveSnapshotSuccess saved:
                lock (s_saves)
                {
                    if (s_saving.Remove(saved.Metadata.SequenceNr, out var save))
                        Saves.Add((save.Entries, Stopwatch.GetElapsedTime(save.Since)));
                }

                break;
            default:
                break;
        }
    }

    public static Begun Begin(object message) => new(message.GetType().Name, Environment.CurrentManagedThreadId, Stopwatch.GetTimestamp(), GC.GetTotalPauseDuration(), ThreadClock.Nanoseconds());

    public void End(Begun begun)
    {
        var took = Stopwatch.GetElapsedTime(begun.Since);
        var pauses = GC.GetTotalPauseDuration() - begun.Pauses;
        var cpu = TimeSpan.FromMicroseconds((ThreadClock.Nanoseconds() - begun.CpuNanoseconds) / 1_000);
        lock (_gate)
        {
            var kept = _kept.GetValueOrDefault(begun.Message);
            var (longest, longestPauses) = took > kept.Longest ? (took, pauses) : (kept.Longest, kept.LongestPauses);
            _kept[begun.Message] = new(kept.Count + 1, kept.Sum + took, longest, longestPauses, cpu > kept.LongestCpu ? cpu : kept.LongestCpu);
        }
    }

    /// <summary>By kind, the longest first.</summary>
    public (string Message, Kept Kept)[] Read()
    {
        lock (_gate)
            return [.. _kept.Select(kept => (kept.Key, kept.Value)).OrderByDescending(kept => kept.Value.Longest)];
    }

    private void Clear()
    {
        lock (_gate)
            _kept.Clear();
    }

    /// <summary>A message that the actor is at.</summary>
    public sealed record Begun(string Message, int Thread, long Since, TimeSpan Pauses, double CpuNanoseconds);

    /// <summary>The messages of one kind.</summary>
    /// <param name="Count">How many.</param>
    /// <param name="Sum">By the clock.</param>
    /// <param name="Longest">By the clock.</param>
    /// <param name="LongestPauses">The collector's pauses in that one.</param>
    /// <param name="LongestCpu">Of the thread's processor time: what the clock would show on a machine that nobody else wants.</param>
    public readonly record struct Kept(long Count, TimeSpan Sum, TimeSpan Longest, TimeSpan LongestPauses, TimeSpan LongestCpu);
}
