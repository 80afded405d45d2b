using System.Globalization;

namespace DoorBench;

/// <summary>A usage of one credit.</summary>
internal readonly record struct UsageLine(string AccountId, string UsageId, long Timestamp)
{
    /// <summary>As an element of <c>POST /v1/entries</c>.</summary>
    public string ToJson() => string.Create(CultureInfo.InvariantCulture, $$"""{"accountId":"{{AccountId}}","usageId":"{{UsageId}}","amount":1,"timestamp":{{Timestamp}}}""");

    /// <summary>As a structured CloudEvent.</summary>
    public string ToCloudEvent() => string.Create(CultureInfo.InvariantCulture, $$$"""{"specversion":"1.0","type":"gpucredit.usage.v1","source":"bench","subject":"{{{AccountId}}}","id":"{{{UsageId}}}","data":{"amount":1,"timestamp":{{{Timestamp}}}}}""");
}
