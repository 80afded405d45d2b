using System.Text.Json;

namespace GpuCredit.Host.Formats.Mapping;

/// <summary>What a mapping's paths lead into: a message (<c>$</c>), the elements of it that are being read (<c>@</c>, <c>^</c>), its headers.</summary>
/// <param name="Root">The message.</param>
/// <param name="Elements">The element that is being read, last, and those that it lies in; the message itself where a mapping has no <c>Each</c>.</param>
/// <param name="Headers">What the message came with.</param>
/// <param name="NumbersInStrings">A string that holds a number is taken for one.</param>
internal readonly record struct MappedMessage(JsonElement Root, JsonElement[] Elements, MappedHeaders Headers, bool NumbersInStrings);
