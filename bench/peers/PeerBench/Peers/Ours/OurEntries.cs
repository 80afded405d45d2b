using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Unicode;
using CreditActors.Ledger;
using PeerBench.Work;

namespace PeerBench.Peers.Ours;

/// <summary>The workload in GpuCredit's words: ids are texts there, and making them is the caller's cost, so it is inside every measurement.</summary>
internal static class OurEntries
{
    private const int LineBytesMax = 256;

    public static string AccountId(long account) => string.Create(CultureInfo.InvariantCulture, $"a{account}");

    public static string Id(in WorkEntry entry) => entry.Id.ToString("N");

    public static Entry Entry(in WorkEntry entry) => entry.IsCredit
        ? new Credit(Id(entry), entry.Amount, entry.Timestamp, entry.End - entry.Timestamp)
        : new Usage(Id(entry), entry.Amount, entry.Timestamp);

    /// <summary>The body of a single post.</summary>
    public static void WriteJson(in WorkEntry entry, IBufferWriter<byte> to)
    {
        var free = to.GetSpan(LineBytesMax);
        int written;
        var fits = entry.IsCredit
            ? Utf8.TryWrite(free, CultureInfo.InvariantCulture, $$"""{"creditId":"{{entry.Id:N}}","amount":{{entry.Amount}},"timestamp":{{entry.Timestamp}},"expiration":{{entry.End - entry.Timestamp}}}""", out written)
            : Utf8.TryWrite(free, CultureInfo.InvariantCulture, $$"""{"usageId":"{{entry.Id:N}}","amount":{{entry.Amount}},"timestamp":{{entry.Timestamp}}}""", out written);
        Advance(to, fits, written);
    }

    /// <summary>One line of POST /v1/entries.</summary>
    public static void WriteLine(in WorkEntry entry, IBufferWriter<byte> to)
    {
        var free = to.GetSpan(LineBytesMax);
        int written;
        var fits = entry.IsCredit
            ? Utf8.TryWrite(free, CultureInfo.InvariantCulture, $"{{\"accountId\":\"a{entry.Account}\",\"creditId\":\"{entry.Id:N}\",\"amount\":{entry.Amount},\"timestamp\":{entry.Timestamp},\"expiration\":{entry.End - entry.Timestamp}}}\n", out written)
            : Utf8.TryWrite(free, CultureInfo.InvariantCulture, $"{{\"accountId\":\"a{entry.Account}\",\"usageId\":\"{entry.Id:N}\",\"amount\":{entry.Amount},\"timestamp\":{entry.Timestamp}}}\n", out written);
        Advance(to, fits, written);
    }

    private static void Advance(IBufferWriter<byte> to, bool fits, int written)
    {
        if (!fits)
            throw new UnreachableException();
        to.Advance(written);
    }
}
