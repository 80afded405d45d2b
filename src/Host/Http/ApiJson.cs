using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GpuCredit.Host.Http;

/// <summary>How answers are written: source-generated, camelCase, and what isn't there is left out.</summary>
[JsonSerializable(typeof(WriteAnswer))]
[JsonSerializable(typeof(BalanceAnswerBody))]
[JsonSerializable(typeof(EntryAnswer[]))]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(Operations.HealthAnswer))]
[JsonSerializable(typeof(Operations.ClusterAnswer))]
[JsonSerializable(typeof(Operations.MemberAnswer))]
[JsonSerializable(typeof(Operations.ShardsAnswer))]
[JsonSerializable(typeof(Sources.SourcesAnswer))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>Ids hold characters such as + and &amp;, which would be escaped for pages that paste JSON into HTML; ours is JSON only.</summary>
    public static ApiJson Plain { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
