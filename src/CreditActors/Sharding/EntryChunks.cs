using System.Diagnostics;
using CreditActors.Ledger;
using CreditActors.Protocol;

namespace CreditActors.Sharding;

/// <summary>
/// How many entries go to an account in one message: command and answer each have to fit a remote frame, with room to spare;
/// what doesn't is dropped with a line in a log and nothing else.
/// </summary>
internal static class EntryChunks
{
    private const int BytesMax = 200_000;

    /// <summary>The number of entries from <paramref name="start"/> that go together, at least one.</summary>
    public static int Length(IReadOnlyList<AccountEntry> entries, ReadOnlySpan<int> positions, int start)
    {
        var bytes = 0;
        var end = start;
        while (end < positions.Length && end - start < RecordEntries.EntriesMax)
        {
            bytes += BytesOf(entries[positions[end]].Entry);
            if (bytes > BytesMax && end > start)
                break;
            end++;
        }

        return end - start;
    }

    /// <summary>
    /// At least what the entry takes as a command, and in an answer that shows the edition that stands or, for a credit, the
    /// rule that it breaks. Ids are ASCII; every number is at most ten bytes.
    /// </summary>
    internal static int BytesOf(Entry entry) => entry.Id.Length + entry.Kind switch
    {
        EntryKind.Credit => 128,
        EntryKind.Usage => 64,
        _ => throw new UnreachableException(),
    };
}
