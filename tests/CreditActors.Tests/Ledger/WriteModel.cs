using System.Numerics;
using System.Text.RegularExpressions;
using CreditActors.Ledger;

namespace CreditActors.Tests.Ledger;

/// <summary>SPEC §2 and the table of SPEC §4, told again without the code that it judges: what becomes of a write.</summary>
internal sealed partial class WriteModel(long idBytesMax = long.MaxValue)
{
    private static readonly BigInteger Most = BigInteger.Pow(2, 53) - 1;
    private static readonly BigInteger MostStanding = BigInteger.Pow(2, 63) - 1;

    private readonly Dictionary<(EntryKind, string), Entry> _standing = [];

    public IReadOnlyCollection<Entry> Standing => _standing.Values;

    public BigInteger StandingCredits { get; private set; }

    public Entry? Find(Entry entry) => _standing.GetValueOrDefault((entry.Kind, entry.Id));

    public OutcomeStatus Decide(Entry entry)
    {
        if (!KeepsTheRules(entry))
            return OutcomeStatus.Rejected;
        var standing = Find(entry);
        if (standing is not null && standing.Revision > entry.Revision)
            return OutcomeStatus.Superseded;
        if (standing is not null && standing.Revision == entry.Revision)
            return Content(standing) == Content(entry) ? OutcomeStatus.Duplicate : OutcomeStatus.Conflict;
        if (standing is null && _standing.Keys.Where(key => key.Item1 == entry.Kind).Append((entry.Kind, entry.Id)).Sum(key => key.Item2.Length + 1) > idBytesMax)
            return OutcomeStatus.Rejected;
        return entry is Credit && StandingCredits - (standing?.Amount ?? 0) + entry.Amount > MostStanding
            ? OutcomeStatus.Rejected
            : OutcomeStatus.Recorded;
    }

    public void Record(Entry entry)
    {
        if (entry is Credit)
            StandingCredits += entry.Amount - (Find(entry)?.Amount ?? 0);
        _standing[(entry.Kind, entry.Id)] = entry;
    }

    private static bool KeepsTheRules(Entry entry) =>
        entry.Id is not null && Id().IsMatch(entry.Id)
        && entry.Revision >= 0
        && entry.Amount <= Most && entry.Amount >= (entry.Revision == 0 ? 1 : 0)
        && BigInteger.Abs(entry.Timestamp) <= Most
        && (entry is not Credit credit
            || (credit.Expiration >= 0 && credit.Expiration <= Most
                && (BigInteger)credit.Timestamp + credit.Expiration <= Most
                && credit.Priority is >= 0 and <= 100));

    private static (long Amount, long Timestamp, long Expiration, int Priority) Content(Entry entry) =>
        entry is Credit credit
            ? (credit.Amount, credit.Timestamp, credit.Expiration, credit.Priority)
            : (entry.Amount, entry.Timestamp, 0, 0);

    [GeneratedRegex(@"\A[\x21-\x7E]{1,128}\z")]
    private static partial Regex Id();
}
