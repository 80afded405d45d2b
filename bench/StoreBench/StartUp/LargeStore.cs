using System.Globalization;
using CreditActors.Ledger;
using CreditActors.Serialization;
using GpuCredit.Host.EventStore;
using GpuCredit.Host.EventStore.Rows;

namespace StoreBench.StartUp;

/// <summary>
/// An event store that has been written to for long, made in minutes: every entry a row of its own, which is the most rows that there can be, a hundred
/// to an account. They are written by the Host's own statement, without the accounts.
/// </summary>
internal static class LargeStore
{
    public const int EntriesEach = 100;

    /// <summary>After everything.</summary>
    public const long Now = 1_000_000;

    private const int RowsTogether = 10_000;
    private const int Grant = 1_000_000;

    /// <summary>Some time in 2026, as everybody else's.</summary>
    private static readonly long s_created = new DateTime(2026, 11, 1).Ticks;

    public static string AccountId(long account) => string.Create(CultureInfo.InvariantCulture, $"account-{account:D8}");

    /// <summary>Of an account, after everything.</summary>
    public static long Balance => Grant - EntriesEach + 1;

    public static async Task MakeAsync(EventStoreTarget target, long entries)
    {
        await using var store = await target.OpenAsync();
        var rows = new List<EventRow>(RowsTogether);
        for (var number = 0L; number < entries; number++)
        {
            rows.Add(RowOf(number));
            if (rows.Count < RowsTogether && number + 1 < entries)
                continue;
            await store.Rows.AppendAsync(rows);
            rows.Clear();
            if ((number + 1) % 1_000_000 == 0)
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{number + 1:N0} rows"));
        }
    }

    private static EventRow RowOf(long number)
    {
        var (account, version) = (number / EntriesEach, (number % EntriesEach) + 1);
        Entry entry = version == 1
            ? new Credit(string.Create(CultureInfo.InvariantCulture, $"credit-{account:D16}"), Grant, 0, Limits.ExpirationMax / 2)
            : new Usage(string.Create(CultureInfo.InvariantCulture, $"usage-{number:D16}"), 1, version);
        return new(
            "account-" + AccountId(account), version, s_created, EventCodec.Write([entry]),
            ProtobufSerializer.EntriesRecordedManifest, ProtobufSerializer.FrozenIdentifier, "00000000000000000000000000000000");
    }
}
