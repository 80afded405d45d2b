using System.Globalization;
using CreditActors.Ledger;
using CreditActors.Sharding;

namespace StoreBench.Residents;

/// <summary>Many accounts alike: a credit and usages at times in no order. What each of them holds is known without keeping anything.</summary>
internal sealed class Population(int accounts, int entriesEach)
{
    /// <summary>After everything.</summary>
    public const long Now = 2_000_000;

    private const int Granted = 1_000_000;
    private const int AmountMax = 7;

    public int Accounts => accounts;

    public int EntriesEach => entriesEach;

    public static string Id(int account) => string.Create(CultureInfo.InvariantCulture, $"account-{account:D8}");

    public AccountEntry[] EntriesOf(int account)
    {
        var entries = new AccountEntry[entriesEach];
        entries[0] = new(Id(account), new Credit(string.Create(CultureInfo.InvariantCulture, $"c{account:D8}-000000"), Granted, 0, Now));
        for (var n = 1; n < entriesEach; n++)
            entries[n] = new(Id(account), new Usage(string.Create(CultureInfo.InvariantCulture, $"u{account:D8}-{n:D6}"), Amount(account, n), At(account, n)));
        return entries;
    }

    public long BalanceOf(int account)
    {
        long balance = Granted;
        for (var n = 1; n < entriesEach; n++)
            balance -= Amount(account, n);
        return balance;
    }

    private static long Amount(int account, int n) => 1 + ((account + n) % AmountMax);

    private static long At(int account, int n) => ((account * 31L) + (n * 7_919L)) % 1_000_000;
}
