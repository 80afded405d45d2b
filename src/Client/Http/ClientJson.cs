using System.Text.Json.Serialization;

namespace GpuCredit.Client.Http;

/// <summary>What the API answers, read by generated code. Fields that a newer server adds are passed over.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EntryBody))]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(BalanceBody))]
internal sealed partial class ClientJson : JsonSerializerContext;

/// <summary>What became of one entry, alone or as a line of many.</summary>
internal sealed record EntryBody(string? Status, long? Version, ErrorBody? Error, StandingBody? Standing);

internal sealed record ErrorBody(string? Field, string? Detail);

/// <summary>An RFC 9457 problem.</summary>
internal sealed record ProblemBody(string? Code, string? Field, string? Detail, long? Version, StandingBody? Standing);

internal sealed record BalanceBody(long? At, long? Balance, long? Version);

/// <summary>The edition that stands.</summary>
internal sealed record StandingBody(string? CreditId, string? UsageId, long Amount, long Timestamp, long? Expiration, int? Priority, int Revision)
{
    public Entry ToEntry(string accountId) => CreditId is not null
        ? Entry.Credit(accountId, CreditId, Amount, Timestamp, Expiration ?? 0, Priority ?? Entry.PriorityDefault, Revision)
        : Entry.Usage(accountId, UsageId ?? "", Amount, Timestamp, Revision);
}
