namespace GpuCredit.Host.Formats.Mapping;

/// <summary>What becomes of a number that isn't whole, where a whole one is needed.</summary>
internal enum Rounding
{
    /// <summary>It is refused.</summary>
    Exact,

    /// <summary>The next whole number above.</summary>
    Up,

    /// <summary>The next whole number below: for a time the tick that it lies in.</summary>
    Down,

    /// <summary>The nearest; of two that are equally near the even one.</summary>
    HalfEven,
}
