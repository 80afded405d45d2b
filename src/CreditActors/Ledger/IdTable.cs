using System.Buffers.Binary;
using System.IO.Hashing;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using System.Text;

namespace CreditActors.Ledger;

/// <summary>
/// Ids of one kind, numbered from 0 in the order in which they came. The characters are kept as packed ASCII, one byte each;
/// the hash table over them holds for each bucket a tag byte, and a number with more of the hash. One vector comparison looks
/// through a group of 16 tags (the idea of Abseil's "Swiss tables"); they lie by themselves, so that what is read at random is
/// small. It grows to twice its size a few ids at a time, while ids go on coming, so that no single id waits for all the others to
/// be moved. Ids are never removed.
/// </summary>
/// <param name="bytesMax">See <see cref="HasRoomFor"/>; less than <see cref="BytesMax"/> in tests.</param>
/// <param name="hashMask">All of a hash counts; less of it in tests, where ids must collide.</param>
internal sealed class IdTable(long bytesMax = IdTable.BytesMax, ulong hashMask = ulong.MaxValue)
{
    /// <summary>
    /// Bytes of ids, each with one for its length, that fit whatever their order: an id doesn't straddle blocks, so each block
    /// but the last holds at least this share. It bounds the number of ids too, far below what the buckets can hold: there
    /// are only so many short ones.
    /// </summary>
    public const long BytesMax = BlocksMax * (long)(BlockBytes - Limits.IdCharsMax);

    /// <summary>Ids for each group at most, on average: a group has 16 buckets.</summary>
    private const int GroupIdsMax = 14;
    private const int MovesPerAdd = 4;
    private const int BlockBits = 17;
    private const int BlockBytes = 1 << BlockBits;
    private const int BlocksMax = 1 << (32 - BlockBits);
    private const int FirstBlockBytes = 128;

    // Ids come from outside: without a secret seed a caller could choose ids that all fall into one group. It changes no
    // answer, only where an id lies in memory.
    private static readonly long Seed = BinaryPrimitives.ReadInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(long)));

    private readonly ChunkedList<uint> _idAt = new();
    private byte[][] _blocks = [];
    private int _blockCount;
    private int _blockUsed;
    private long _bytes;

    private Buckets _buckets = new(0);
    private Buckets? _former;
    private int _formerIds;
    private int _moved;

    public int Count => _idAt.Count;

    /// <summary>What all ids take of the room.</summary>
    public long BytesUsed => _bytes;

    /// <summary>What an id takes of the room.</summary>
    public static int BytesOf(string id) => id.Length + 1;

    /// <summary>
    /// True when more ids, of so many bytes together (<see cref="BytesOf"/>), can be added. Whether they can depends on the ids
    /// alone and not on their order, so that what one journal took every other takes.
    /// </summary>
    public bool HasRoomFor(long bytes) => bytes <= bytesMax - _bytes;

    /// <summary>The number of the id, or −1 when it isn't here.</summary>
    public int Find(ReadOnlySpan<byte> id) => Find(id, Hash(id), out _);

    /// <summary>Has the memory fetched where the id is, or belongs. Changes nothing.</summary>
    /// <returns>The id's hash, which <see cref="FindOrAdd(ReadOnlySpan{byte}, ulong, out bool)"/> takes.</returns>
    public ulong Prefetch(ReadOnlySpan<byte> id)
    {
        var hash = Hash(id);
        _buckets.Prefetch(hash);
        return hash;
    }

    /// <summary>
    /// Makes the buckets for about so many ids at once, as many as growing would have come to: the ids that come then needn't be moved on
    /// the way there. A table that has ids already stays as it is.
    /// </summary>
    public void Expect(int ids)
    {
        if (Count > 0)
            return;
        var groups = 0;
        while ((long)groups * GroupIdsMax < ids)
            groups = GroupsAfter(groups);
        _buckets = new Buckets(groups);
    }

    /// <summary>The number of the id, adding it when it isn't here.</summary>
    public int FindOrAdd(ReadOnlySpan<byte> id, out bool added) => FindOrAdd(id, Prefetch(id), out added);

    /// <param name="id">The id.</param>
    /// <param name="hash">Its hash, as <see cref="Prefetch"/> has given it.</param>
    /// <param name="added">It wasn't here.</param>
    /// <inheritdoc cref="FindOrAdd(ReadOnlySpan{byte}, out bool)"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int FindOrAdd(ReadOnlySpan<byte> id, ulong hash, out bool added)
    {
        var number = Find(id, hash, out var free);
        added = number < 0;
        return added ? Add(id, hash, free) : number;
    }

    /// <summary>The number of an id that isn't here.</summary>
    public int Add(ReadOnlySpan<byte> id)
    {
        var number = FindOrAdd(id, out var added);
        return added ? number : throw new InvalidOperationException("An id that is taken over is here already.");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Bytes(int number)
    {
        var at = _idAt[number];
        var block = _blocks[at >> BlockBits];
        var offset = (int)(at & (BlockBytes - 1));
        return block.AsSpan(offset + 1, block[offset]);
    }

    public string Text(int number) => Encoding.ASCII.GetString(Bytes(number));

    /// <summary>The ids' ordinal order.</summary>
    public int Compare(int left, int right) => Bytes(left).SequenceCompareTo(Bytes(right));

    /// <summary>Writes the id's characters as bytes. An id that broke its rule can't have been stored: that is a fault of ours.</summary>
    public static ReadOnlySpan<byte> Encode(string id, Span<byte> buffer)
    {
        if (id.Length is 0 or > Limits.IdCharsMax || !Ascii.IsValid(id))
            throw new InvalidOperationException($"The id '{id}' breaks the rule that the doors check.");
        return buffer[..Encoding.ASCII.GetBytes(id, buffer)];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Hash(ReadOnlySpan<byte> id) => XxHash3.HashToUInt64(id, Seed) & hashMask;

    private int Find(ReadOnlySpan<byte> id, ulong hash, out int free)
    {
        var number = Find(_buckets, id, hash, out free);
        return number < 0 && _former is { } former ? Find(former, id, hash, out _) : number;
    }

    /// <param name="buckets">Where to look.</param>
    /// <param name="id">What to look for.</param>
    /// <param name="hash">Its hash.</param>
    /// <param name="free">The bucket where the id belongs when it isn't here.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Find(Buckets buckets, ReadOnlySpan<byte> id, ulong hash, out int free)
    {
        free = -1;
        if (buckets.Groups == 0)
            return -1;
        var tag = Vector128.Create(Buckets.Tag(hash));
        for (var group = buckets.Home(hash); ; group = buckets.Next(group))
        {
            var tags = buckets.Tags(group);
            for (var hits = Vector128.Equals(tags, tag).ExtractMostSignificantBits(); hits != 0; hits &= hits - 1)
            {
                var number = buckets.Number(group, BitOperations.TrailingZeroCount(hits), hash);
                if (number >= 0 && Bytes(number).SequenceEqual(id))
                    return number;
            }

            free = Buckets.FirstFree(group, tags);
            if (free >= 0)
                return -1;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Add(ReadOnlySpan<byte> id, ulong hash, int free)
    {
        if (Count >= _buckets.Groups * GroupIdsMax)
        {
            Grow();
            free = _buckets.FindFree(hash);
        }

        var number = _idAt.Add(Store(id));
        _buckets.Put(free, hash, number);
        if (_former is not null)
            MoveSome();
        return number;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private uint Store(ReadOnlySpan<byte> id)
    {
        var bytes = id.Length + 1;
        if (!HasRoomFor(bytes))
            throw new InvalidOperationException("An account holds more ids than there is room for, which no decision allows.");
        _bytes += bytes;
        if (_blockCount == 0 || _blockUsed + bytes > BlockBytes)
        {
            if (_blockCount == _blocks.Length)
                Array.Resize(ref _blocks, Math.Max(1, _blockCount * 2));
            _blocks[_blockCount] = new byte[_blockCount == 0 ? FirstBlockBytes : BlockBytes];
            _blockCount++;
            _blockUsed = 0;
        }

        ref var block = ref _blocks[_blockCount - 1];
        if (_blockUsed + bytes > block.Length)
            Array.Resize(ref block, Math.Min(BlockBytes, Math.Max(block.Length * 2, _blockUsed + bytes)));
        var at = ((uint)(_blockCount - 1) << BlockBits) | (uint)_blockUsed;
        block[_blockUsed] = (byte)id.Length;
        id.CopyTo(block.AsSpan(_blockUsed + 1));
        _blockUsed += bytes;
        return at;
    }

    private void Grow()
    {
        // A former table still in use here would mean that ids came in faster than they are moved, which MovesPerAdd excludes.
        if (_former is not null)
            throw new InvalidOperationException("The id table grew again before its former buckets were emptied.");
        if (Count > 0)
        {
            _former = _buckets;
            _formerIds = Count;
            _moved = 0;
        }

        _buckets = new Buckets(GroupsAfter(_buckets.Groups));
    }

    private static int GroupsAfter(int groups) => groups switch { 0 => 1, 1 => 2, 2 => 3, _ => groups * 2 };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MoveSome()
    {
        Span<ulong> hashes = stackalloc ulong[Math.Min(MovesPerAdd, _formerIds - _moved)];
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = Hash(Bytes(_moved + i));
            _buckets.Prefetch(hashes[i]);
        }

        foreach (var hash in hashes)
            _buckets.Put(_buckets.FindFree(hash), hash, _moved++);

        if (_moved == _formerIds)
            _former = null;
    }

    private sealed class Buckets(int groups)
    {
        private const int BucketsPerGroup = 16;

        private readonly byte[] _tags = new byte[groups * BucketsPerGroup];

        /// <summary>A number in the low bits, and as much more of the hash as there is room for.</summary>
        private readonly uint[] _numbers = new uint[groups * BucketsPerGroup];

        /// <summary>The bits of the greatest number that this table is asked to hold.</summary>
        private readonly int _numberBits = BitOperations.Log2((uint)(groups * GroupIdsMax) | 1) + 1;

        public int Groups { get; } = groups;

        /// <summary>Never 0, which marks an empty bucket.</summary>
        public static byte Tag(ulong hash) => (byte)Math.Max(1, hash & 0xFF);

        /// <summary>The group's first empty bucket, or −1.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int FirstFree(int group, Vector128<byte> tags)
        {
            var free = Vector128.Equals(tags, Vector128<byte>.Zero).ExtractMostSignificantBits();
            return free == 0 ? -1 : (group * BucketsPerGroup) + BitOperations.TrailingZeroCount(free);
        }

        public int Home(ulong hash) => (int)(((hash >> 32) * (ulong)Groups) >> 32);

        public int Next(int group) => group + 1 == Groups ? 0 : group + 1;

        /// <summary>
        /// Has the group's tags and numbers brought into the cache. One of the numbers is written soon, and a write that waits
        /// for its line holds up all that follow: a quarter of an insertion.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public unsafe void Prefetch(ulong hash)
        {
            if (!Sse.IsSupported || Groups == 0)
                return;
            var bucket = Home(hash) * BucketsPerGroup;
            Sse.Prefetch0(Unsafe.AsPointer(ref _tags[bucket]));
            Sse.Prefetch0(Unsafe.AsPointer(ref _numbers[bucket]));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector128<byte> Tags(int group) => Vector128.Create(_tags, group * BucketsPerGroup);

        /// <summary>
        /// The bucket's number, or −1 when more of the hash than the tag shows that it is another id's. Without that one id in
        /// twenty would be compared with a wrong one, whose characters lie at three places in memory that nothing has fetched.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Number(int group, int bucket, ulong hash)
        {
            var number = _numbers[(group * BucketsPerGroup) + bucket] ^ MoreOf(hash);
            return number >> _numberBits == 0 ? (int)number : -1;
        }

        /// <summary>Bits that neither the tag nor the group is made of.</summary>
        private uint MoreOf(ulong hash) => unchecked((uint)hash >> 8) << _numberBits;

        public int FindFree(ulong hash)
        {
            for (var group = Home(hash); ; group = Next(group))
            {
                if (FirstFree(group, Tags(group)) is >= 0 and var free)
                    return free;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Put(int bucket, ulong hash, int number)
        {
            _tags[bucket] = Tag(hash);
            _numbers[bucket] = MoreOf(hash) | (uint)number;
        }
    }
}
