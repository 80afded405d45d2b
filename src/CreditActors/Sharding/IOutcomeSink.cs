using CreditActors.Protocol;

namespace CreditActors.Sharding;

/// <summary>Is told the outcomes of a call's entries as they come, so that what one account takes long for holds up nothing of the others.</summary>
public interface IOutcomeSink
{
    /// <summary>Called once for each entry, by whichever thread brings its outcome, also by several at once. It must not wait.</summary>
    /// <param name="position">The entry's place in the call.</param>
    /// <param name="outcome">What became of it.</param>
    void Decided(int position, EntryOutcome outcome);
}
