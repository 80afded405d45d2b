namespace PeerBench.Work;

/// <summary>A write of <paramref name="Entry"/>, or a question for its account's balance at its timestamp.</summary>
internal readonly record struct WorkStep(bool IsAsk, WorkEntry Entry)
{
    public static WorkStep Write(WorkEntry entry) => new(IsAsk: false, entry);

    public static WorkStep Ask(long account, long at) => new(IsAsk: true, new WorkEntry(account, default, WorkEntry.Credit, at, 0, 0));
}
