namespace GpuCredit.Client;

/// <summary>A wrong option is a programming fault, and says in one sentence which and why.</summary>
internal static class OptionRules
{
    public static void Require(bool holds, string option, string rule)
    {
        if (!holds)
            throw new ArgumentException($"{option} {rule}.", option);
    }
}
