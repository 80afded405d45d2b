using System.Runtime.InteropServices;
using CreditActors.Protocol;

namespace CreditActors.Accounts;

/// <summary>A caller whose command is decided and not yet durable.</summary>
internal sealed class Waiting<TCaller>(TCaller caller, Decided<TCaller>[] decided)
{
    public int Count => decided.Length;

    /// <summary>
    /// What the caller is told when the batches are stored or lost. Versions don't fall within one command: its entries
    /// count as sent one after another.
    /// </summary>
    public Answer<TCaller> Answer()
    {
        var outcomes = new EntryOutcome[decided.Length];
        var version = 0L;
        for (var i = 0; i < decided.Length; i++)
        {
            var (known, lean) = decided[i];
            if (lean is { IsStored: false })
            {
                outcomes[i] = EntryOutcome.Unavailable;
                continue;
            }

            version = Math.Max(version, lean?.Version ?? known!.Version);
            outcomes[i] = known is null ? lean!.RecordedAs(version)
                : known.Version == version ? known
                : known with { Version = version };
        }

        return new(caller, ImmutableCollectionsMarshal.AsImmutableArray(outcomes));
    }
}
