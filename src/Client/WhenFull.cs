namespace GpuCredit.Client;

/// <summary>What <c>AddAsync</c> does when the buffer is full. <c>Add</c> never waits.</summary>
public enum WhenFull
{
    /// <summary>Waits for room; who waits is served in the order of asking.</summary>
    Wait,

    /// <summary>Answers <see cref="AddResult.Full"/> at once.</summary>
    Refuse,
}
