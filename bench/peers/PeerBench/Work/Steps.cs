namespace PeerBench.Work;

/// <summary>What a workload consists of: a history that is brought in before the clock starts, and the steps.</summary>
internal sealed record Steps(IReadOnlyList<WorkEntry> History, IReadOnlyList<WorkStep> List)
{
    private const int HistoryOfQuestions = 200_000;

    public static Steps Of(Variant variant) => variant.Workload switch
    {
        // Ingest: many accounts, some late, some twice, from nothing.
        "w1" or "w2f" => Writes(Workload.Deliveries(variant.Entries, Variant.Accounts, Variant.Seed)),
        // The same, and nothing is late.
        "w1o" => Writes(Workload.Deliveries(variant.Entries, Variant.Accounts, Variant.Seed, late: 0)),
        // Nine questions about now for each usage, over a history.
        "w2" => new(Workload.Deliveries(HistoryOfQuestions, Variant.Accounts, Variant.Seed), Workload.AsksAndUsages(variant.Entries, Variant.Accounts, Variant.Seed)),
        // One hot account.
        "w3" => Writes(Workload.Deliveries(variant.Entries, 1, Variant.Seed)),
        // The same, and a question about now after each write.
        "w3m" => new([], [.. Workload.Deliveries(variant.Entries / 2, 1, Variant.Seed).SelectMany(entry => (WorkStep[])[WorkStep.Write(entry), WorkStep.Ask(1, Workload.Now)])]),
        _ => throw new ArgumentException($"no workload is called {variant.Workload}"),
    };

    private static Steps Writes(List<WorkEntry> entries) => new([], entries.ConvertAll(WorkStep.Write));
}
