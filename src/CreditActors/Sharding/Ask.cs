namespace CreditActors.Sharding;

/// <summary>An answer, or the fact that none came in time (ask again).</summary>
public readonly record struct Ask<T>(T? Answer)
    where T : class
{
    [System.Diagnostics.CodeAnalysis.MemberNotNullWhen(true, nameof(Answer))]
    public bool IsAvailable => Answer is not null;
}
