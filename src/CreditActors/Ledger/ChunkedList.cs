using System.Numerics;
using System.Runtime.CompilerServices;

namespace CreditActors.Ledger;

/// <summary>
/// A growable list of values whose growth never copies more than one chunk, so that no single append stalls an account of
/// millions of entries. The first chunk grows by doubling, so that small accounts stay small. A full chunk is large enough for
/// the garbage collector to leave it where it is: smaller ones are copied twice before they are old, which cost a third of
/// an insert.
/// </summary>
internal sealed class ChunkedList<T>
    where T : struct
{
    private const int ChunkBytesMax = 128 * 1024;
    private const int FirstItems = 4;
    private static readonly int ChunkBits = BitOperations.Log2((uint)(ChunkBytesMax / Unsafe.SizeOf<T>()));
    private static readonly int ChunkItems = 1 << ChunkBits;

    private T[][] _chunks = [];

    public int Count { get; private set; }

    public ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _chunks[index >> ChunkBits][index & (ChunkItems - 1)];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Add(in T item)
    {
        var index = Count;
        var chunk = index >> ChunkBits;
        var at = index & (ChunkItems - 1);
        if (at == 0)
            AddChunk(chunk);
        else if (at == _chunks[chunk].Length)
            Array.Resize(ref _chunks[chunk], at * 2);
        _chunks[chunk][at] = item;
        Count = index + 1;
        return index;
    }

    private void AddChunk(int chunk)
    {
        if (chunk == _chunks.Length)
            Array.Resize(ref _chunks, Math.Max(1, chunk * 2));
        _chunks[chunk] = new T[chunk == 0 ? FirstItems : ChunkItems];
    }
}
