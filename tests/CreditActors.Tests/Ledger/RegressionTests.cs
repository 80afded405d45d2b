namespace CreditActors.Tests.Ledger;

/// <summary>Scripts that once failed, shrunk, or that a mutant needed; kept for ever (see <see cref="Script"/>).</summary>
public sealed class RegressionTests
{
    [Theory]
    // Two late entries between two questions, the first of which leaves the next checkpoint equal: a replay that stops at
    // the first equal checkpoint never reaches the second.
    [InlineData("C a 9 @0 +4 p50 r0; C b 9 @5 +3 p50 r0; C c 9 @9 +3 p50 r0; ? 20; U u 9 @1 r0; U v 4 @10 r0; ? 12")]
    [InlineData("C a 1 @0 +2 p50 r0; C b 5 @4 +2 p50 r0; C c 5 @8 +2 p50 r0; U u 1 @1 r0; ? 15; U v 3 @2 r0; U w 2 @9 r0; ? 10")]
    // The later of two late entries first.
    [InlineData("C a 9 @0 +4 p50 r0; C b 9 @5 +3 p50 r0; C c 9 @9 +3 p50 r0; ? 20; U v 4 @10 r0; U u 9 @1 r0; ? 12")]
    // A question in the past between them must not make the future look answered.
    [InlineData("C a 9 @0 +12 p50 r0; C b 9 @5 +3 p50 r0; ? 12; U u 2 @1 r0; ? 2; U v 4 @6 r0; ? 3; ? 12")]
    // An amendment moves a usage from a late epoch to an early one, and back.
    [InlineData("C a 9 @0 +4 p50 r0; C b 9 @6 +4 p50 r0; U u 5 @7 r0; ? 10; U u 5 @1 r1; ? 10; ? 4; U u 5 @8 r2; ? 4; ? 10")]
    // A credit is moved away: its old start and end are boundaries no more, and its old span pays for nothing.
    [InlineData("C a 9 @0 +4 p50 r0; U u 5 @2 r0; ? 4; C a 9 @6 +4 p50 r1; ? 4; ? 6; U v 3 @7 r0; ? 10; ? 11")]
    // Two credits share a boundary; voiding one of them keeps it.
    [InlineData("C a 3 @2 +3 p50 r0; C b 4 @2 +3 p50 r0; C c 5 @6 +3 p50 r0; ? 9; C a 0 @2 +3 p50 r1; ? 2; ? 5; ? 6; C c 0 @6 +3 p50 r1; ? 5; ? 6")]
    // Priority before end.
    [InlineData("C a 5 @0 +3 p50 r0; C b 5 @0 +9 p10 r0; U u 4 @1 r0; ? 1; ? 4")]
    // A changed priority alone.
    [InlineData("C a 5 @0 +3 p50 r0; C b 5 @0 +9 p50 r0; U u 4 @1 r0; ? 4; C b 5 @0 +9 p10 r1; ? 4")]
    public void A_script_is_answered_as_the_oracle_does(string script) => Judge.RunAndCompare(Script.Parse(script));

    [Fact]
    public void A_script_prints_as_it_is_written()
    {
        const string script = "C a 5 @-3 +4 p10 r0; U u 0 @4 r2; ? -5; drop";
        Assert.Equal(script, Script.Print(Script.Parse(script)));
    }
}
