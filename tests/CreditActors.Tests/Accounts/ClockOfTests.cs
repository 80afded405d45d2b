namespace CreditActors.Tests.Accounts;

/// <summary>Stands still at a tick until it is set to another, also to an earlier one.</summary>
public sealed class ClockOfTests : TimeProvider
{
    public long Tick { get; set; }

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Tick);
}
