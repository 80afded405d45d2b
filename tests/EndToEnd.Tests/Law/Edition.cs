using System.Text.Json.Nodes;

namespace EndToEnd.Tests.Law;

/// <summary>One revision of a credit or of a usage, as these tests know it. Expiration and priority are a credit's.</summary>
internal sealed record Edition(
    string AccountId, bool IsCredit, string Id, long Amount, long Timestamp, long Expiration = 0, int Priority = Edition.PriorityDefault, int Revision = 0)
{
    public const int PriorityDefault = 50;

    /// <summary>The last tick at which a credit is active.</summary>
    public long End => checked(Timestamp + Expiration);

    public static Edition Credit(string accountId, string id, long amount, long timestamp, long expiration, int priority = PriorityDefault, int revision = 0)
        => new(accountId, IsCredit: true, id, amount, timestamp, expiration, priority, revision);

    public static Edition Usage(string accountId, string id, long amount, long timestamp, int revision = 0)
        => new(accountId, IsCredit: false, id, amount, timestamp, Revision: revision);

    /// <summary>The body of a single post, without the account; fields at their defaults are left out.</summary>
    public JsonObject ToBody()
    {
        var body = new JsonObject { [IsCredit ? "creditId" : "usageId"] = Id, ["amount"] = Amount, ["timestamp"] = Timestamp };
        if (IsCredit) body["expiration"] = Expiration;
        if (IsCredit && Priority != PriorityDefault) body["priority"] = Priority;
        if (Revision != 0) body["revision"] = Revision;
        return body;
    }

    /// <summary>One element of POST /v1/entries.</summary>
    public JsonObject ToElement()
    {
        var element = ToBody();
        element.Insert(0, "accountId", AccountId);
        return element;
    }
}
