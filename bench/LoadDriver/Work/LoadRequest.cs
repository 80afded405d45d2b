namespace LoadDriver.Work;

/// <summary>One request: entries, or a question.</summary>
/// <param name="Kind">Whose latency it is.</param>
/// <param name="LastStep">The step at which it is complete, and due.</param>
/// <param name="Entries">Empty for a question.</param>
/// <param name="Kinds">Of each entry.</param>
/// <param name="Account">A question's.</param>
/// <param name="At">A question's tick.</param>
internal sealed record LoadRequest(
    RequestKind Kind, long LastStep, IReadOnlyList<PlannedEntry> Entries, IReadOnlyList<RequestKind> Kinds, int Account = 0, long At = 0);
