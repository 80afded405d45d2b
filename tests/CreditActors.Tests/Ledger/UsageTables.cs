using System.Text;
using CreditActors.Ledger;

namespace CreditActors.Tests.Ledger;

internal static class UsageTables
{
    /// <summary>Adds a usage whose id is new.</summary>
    public static int Add(this UsageTable usages, Usage usage)
    {
        var id = Encoding.ASCII.GetBytes(usage.UsageId);
        var number = usages.FindOrAdd(id, usages.Prefetch(id), out var added);
        Assert.True(added);
        usages.Set(number, usage.Amount, usage.Timestamp, usage.Revision);
        return number;
    }
}
