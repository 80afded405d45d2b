namespace GpuCredit.Client.Buffering;

/// <summary>Who waits for room, with the entry.</summary>
internal sealed class Waiter(Entry entry) : TaskCompletionSource<AddResult>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public Entry Entry => entry;
}
