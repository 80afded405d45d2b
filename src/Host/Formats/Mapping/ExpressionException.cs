namespace GpuCredit.Host.Formats.Mapping;

/// <summary>An expression in a mapping can't be read. The message is a rule without its subject: <c>must …</c>.</summary>
internal sealed class ExpressionException(string rule) : Exception(rule);
