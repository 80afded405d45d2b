namespace Sources.Tests.Brokers;

/// <summary>A dead letter as its readers get it.</summary>
internal sealed record ReadLetter(byte[] Body, IReadOnlyDictionary<string, string> Headers, string? ContentType = null);
