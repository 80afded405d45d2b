namespace CreditActors.Sharding;

/// <summary>An answer, or the fact that none came in time (ask again), or that there is none.</summary>
/// <param name="Answer">Null when there is none.</param>
/// <param name="Horizon">Given when there never will be: the question was for a tick before this one, where the account's books are closed.</param>
public readonly record struct Ask<T>(T? Answer, long? Horizon = null)
    where T : class
{
    [System.Diagnostics.CodeAnalysis.MemberNotNullWhen(true, nameof(Answer))]
    public bool IsAvailable => Answer is not null;
}
