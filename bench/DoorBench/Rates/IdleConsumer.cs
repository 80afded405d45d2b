using System.Text;

namespace DoorBench.Rates;

/// <summary>What a broker delivers to a consumer that acknowledges every message and does nothing else: no source can be faster.</summary>
internal static class IdleConsumer
{
    /// <summary>Of streams, queues and topics.</summary>
    public const string Place = "nothing";

    /// <summary>Published at once, and confirmed, before the next.</summary>
    public const int Chunk = 200;

    public static IEnumerable<byte[]> Bodies(int count) =>
        new UsageStream(Place, RateRun.Accounts).Take(count).Select(usage => Encoding.UTF8.GetBytes(usage.ToJson()));

    public static Rate Rate(string broker, int messages, TimeSpan time) => new($"({broker} to a consumer that does nothing)", messages / time.TotalSeconds, null);
}
