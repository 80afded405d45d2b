using System.Text.Json;

namespace GpuCredit.Host.Formats.Mapping;

/// <summary>What a mapping's paths lead into: a message (<c>$</c>), and the element of it that is being read (<c>@</c>).</summary>
/// <param name="Root">The message.</param>
/// <param name="Element">The element; the message itself where a mapping has no <c>Each</c>.</param>
/// <param name="NumbersInStrings">A string that holds a number is taken for one.</param>
internal readonly record struct MappedMessage(JsonElement Root, JsonElement Element, bool NumbersInStrings);
