namespace GpuCredit.Host.Hosting;

/// <summary>A value of the actor system's that Akka can't read: it says which value, and not where it stands.</summary>
internal static class ActorSystemFault
{
    private const string Reader = "Akka.Configuration.";

    /// <summary>The sentence for the operator; null when the fault is another one.</summary>
    public static string? In(FormatException fault, IConfiguration configuration)
    {
        if (fault.StackTrace?.Contains(Reader, StringComparison.Ordinal) != true)
            return null;
        var keys = configuration.GetSection("akka").AsEnumerable()
            .Where(setting => setting.Value is { Length: > 0 } value && fault.Message.Contains($"'{value}'", StringComparison.Ordinal))
            .Select(setting => setting.Key).ToList();
        var where = keys.Count > 0 ? string.Join(" or ", keys) : "A setting in hocon/";
        return $"{where} is of another kind than Akka expects there (a duration is written as 500ms, 2s or 1m): {fault.Message}";
    }
}
