namespace CreditActors.Ledger;

/// <summary>Why an entry is rejected: the field at fault and the rule that it breaks.</summary>
/// <param name="Field">The field's name in the API, camelCase, such as <c>amount</c>.</param>
/// <param name="Rule">The rule, a sentence without its subject: "must be a whole number from 1 to 9007199254740991".</param>
public sealed record Refusal(string Field, string Rule)
{
    public override string ToString() => $"{Field} {Rule}";
}
