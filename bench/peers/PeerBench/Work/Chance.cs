namespace PeerBench.Work;

/// <summary>
/// Chance from a seed (splitmix64), the same on every machine and in every version: the workloads of two runs are equal to the bit.
/// </summary>
internal sealed class Chance(ulong seed)
{
    private ulong _state = unchecked((seed * 0x9E3779B97F4A7C15UL) + 0x1234567);

    public ulong Next()
    {
        unchecked
        {
            var mixed = _state += 0x9E3779B97F4A7C15UL;
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
            return mixed ^ (mixed >> 31);
        }
    }

    /// <summary>0 included, 1 not.</summary>
    public double Share() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Both ends included.</summary>
    public long Between(long low, long high) => low + (long)(Next() % (ulong)(high - low + 1));

    public Guid Id()
    {
        Span<byte> bytes = stackalloc byte[16];
        BitConverter.TryWriteBytes(bytes, Next());
        BitConverter.TryWriteBytes(bytes[8..], Next());
        return new Guid(bytes);
    }

    public T Of<T>(params ReadOnlySpan<T> choices) => choices[(int)Between(0, choices.Length - 1)];
}
