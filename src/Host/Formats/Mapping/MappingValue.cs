namespace GpuCredit.Host.Formats.Mapping;

/// <summary>One setting of a mapping.</summary>
/// <param name="Text">As it is written.</param>
/// <param name="Key">What a refusal calls it: its key, and the file if it comes from one.</param>
/// <param name="Folder">What a file's name in it is relative to.</param>
internal readonly record struct MappingValue(string Text, string Key, string Folder);
