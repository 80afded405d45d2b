namespace LoadDriver.Judging;

/// <summary>What the check found.</summary>
/// <param name="Accounts">Judged.</param>
/// <param name="Balances">Compared with the law.</param>
/// <param name="Resent">Acknowledged entries that were sent once more.</param>
/// <param name="Unanswered">Questions and entries without an answer.</param>
/// <param name="Violations">Sentences; none when all is right.</param>
internal sealed record Verdict(int Accounts, int Balances, int Resent, int Unanswered, IReadOnlyList<string> Violations)
{
    public bool IsGood => Violations.Count == 0 && Unanswered == 0;
}
