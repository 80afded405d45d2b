using System.Text.Json.Serialization;

namespace AzureLlm;

/// <summary>
/// One element of the body of POST /v1/entries: a credit when <see cref="CreditId"/> is set, else a usage.
/// Fields that don't apply are left out, because the Host refuses fields that it doesn't expect.
/// </summary>
internal sealed record Entry
{
    public required string AccountId { get; init; }

    public string? CreditId { get; init; }

    public string? UsageId { get; init; }

    public required long Amount { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public required long Timestamp { get; init; }

    /// <summary>Milliseconds; the credit is active at both ends.</summary>
    public long? Expiration { get; init; }

    public int? Priority { get; init; }

    [JsonIgnore]
    public string Id => CreditId ?? UsageId!;
}
