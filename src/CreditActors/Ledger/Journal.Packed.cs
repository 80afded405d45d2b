using System.Runtime.CompilerServices;

namespace CreditActors.Ledger;

/// <summary>What an account saves and comes back from: entries in and out of a journal without an object for each.</summary>
public sealed partial class Journal
{
    /// <summary>So many entries ahead of the one that is taken in its id's place in memory is fetched.</summary>
    private const int LookAheadPacked = 8;

    /// <summary>Takes stored editions in one after another, as <see cref="Apply(Entry)"/> does, without making an object of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Apply(PackedEntries entries)
    {
        Span<ulong> hashes = stackalloc ulong[LookAheadPacked];
        var ahead = entries.Read();
        for (var i = 0; i < LookAheadPacked && ahead.NextId(); i++)
            hashes[i] = Prefetch(ahead);
        var cursor = entries.Read();
        for (var i = 0; cursor.Next(); i++)
        {
            var hash = hashes[i % LookAheadPacked];
            if (ahead.NextId())
                hashes[i % LookAheadPacked] = Prefetch(ahead);
            if (cursor.Kind == EntryKind.Usage)
            {
                MayClose(cursor.Timestamp);
                Apply(cursor.Id, hash, cursor.Amount, cursor.Timestamp, cursor.Revision);
            }
            else
            {
                Apply(cursor.ToEntry());
            }
        }
    }

    /// <summary>Makes room for about so many usages at once. It changes nothing, and is worth something only while there is none.</summary>
    internal void Expect(int usages) => _usages.Expect(usages);

    /// <summary>What <see cref="EntriesBetween"/> lists, without an object for each.</summary>
    internal PackedEntries PackBetween(JournalMark from, JournalMark to)
    {
        var packer = new EntryPacker(to.CountSince(from));
        foreach (var credit in AmendedBefore(from.Credits, _amendedCredits, from.AmendedCredits, to.AmendedCredits))
            packer.Add(_credits.Read(credit));
        for (var credit = from.Credits; credit < to.Credits; credit++)
            packer.Add(_credits.Read(credit));
        foreach (var usage in AmendedBefore(from.Usages, _amendedUsages, from.AmendedUsages, to.AmendedUsages))
            Pack(packer, usage);
        for (var usage = Math.Max(from.Usages, ClosedSumCount); usage < to.Usages; usage++)
            Pack(packer, usage);
        return packer.Pack();
    }

    private void Pack(EntryPacker packer, int usage) =>
        packer.AddUsage(_usages.Id(usage), _usages.Amount(usage), _usages.Timestamp(usage), _usages.Revision(usage));

    private ulong Prefetch(in EntryCursor entry) => entry.Kind == EntryKind.Usage ? _usages.Prefetch(entry.Id) : 0;
}
