using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace CreditActors.Ledger;

/// <summary>
/// Entries column by column, as the row of a snapshot holds them: no object and no string for each, since a row has tens of thousands. Immutable.
/// <para>
/// Every column but two holds whole numbers of variable length: seven bits a byte, the lowest first, and the eighth says that more follow. Those that may be negative
/// are zigzag: 0, −1, 1, −2 as 0, 1, 2, 3. What breaks this is found by <see cref="Check"/>, and whoever reads without it
/// gets a <see cref="FormatException"/>, or an <see cref="OverflowException"/> where a value fits no field.
/// </para>
/// </summary>
[CollectionBuilder(typeof(PackedEntries), nameof(Of))]
internal sealed class PackedEntries : IEnumerable<Entry>
{
    /// <summary>A byte an entry: its <see cref="EntryKind"/>.</summary>
    public required ReadOnlyMemory<byte> Kinds { get; init; }

    /// <summary>Each id: bytes that mean nothing here (<see cref="IdMarkBytes"/>), its length, its characters in ASCII.</summary>
    public required ReadOnlyMemory<byte> Ids { get; init; }

    /// <summary>How many bytes lie before each id's length, as the format has it that the columns were found in.</summary>
    public int IdMarkBytes { get; init; }

    public required ReadOnlyMemory<byte> Amounts { get; init; }

    /// <summary>Each timestamp less that of the entry before it (the first: less 0); may be negative.</summary>
    public required ReadOnlyMemory<byte> TimestampSteps { get; init; }

    /// <summary>Empty where every revision is 0.</summary>
    public required ReadOnlyMemory<byte> Revisions { get; init; }

    /// <summary>The credits' alone.</summary>
    public required ReadOnlyMemory<byte> Expirations { get; init; }

    /// <summary>The credits' alone.</summary>
    public required ReadOnlyMemory<byte> Priorities { get; init; }

    public int Count => Kinds.Length;

    public static PackedEntries Of(params ReadOnlySpan<Entry> entries)
    {
        var packer = new EntryPacker(entries.Length);
        foreach (var entry in entries)
            packer.Add(entry);
        return packer.Pack();
    }

    public EntryCursor Read() => new(this);

    /// <summary>Reads all of it once.</summary>
    /// <exception cref="FormatException">A column is cut off, holds too many or too few values, or a value that breaks its rule.</exception>
    /// <exception cref="OverflowException">A value fits no field of ours.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Check()
    {
        var cursor = Read();
        while (cursor.Next())
        {
            // reading is the check
        }

        cursor.End();
    }

    public ImmutableArray<Entry> ToEntries() => [.. this];

    public IEnumerator<Entry> GetEnumerator()
    {
        var entries = new List<Entry>(Count);
        var cursor = Read();
        while (cursor.Next())
            entries.Add(cursor.ToEntry());
        return entries.GetEnumerator();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
