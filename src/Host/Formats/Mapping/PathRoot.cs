namespace GpuCredit.Host.Formats.Mapping;

/// <summary>Where a path begins.</summary>
internal enum PathRoot
{
    /// <summary><c>$</c></summary>
    Message,

    /// <summary><c>@</c>, and <c>^</c> for one further out: an element that <c>Each</c> is at.</summary>
    Element,

    /// <summary><c>header</c>: what the message came with, beside its body.</summary>
    Header,
}
