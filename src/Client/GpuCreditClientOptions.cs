namespace GpuCredit.Client;

/// <summary>Where the server is, and how patient a call.</summary>
public sealed class GpuCreditClientOptions
{
    /// <summary>The server's address, such as <c>http://127.0.0.1:8080</c> (HTTP) or <c>http://127.0.0.1:8081</c> (gRPC). A path before the API's is kept.</summary>
    public Uri? Address { get; set; }

    /// <summary>HTTP unless said otherwise. Read by <c>AddGpuCreditClient</c> only.</summary>
    public GpuCreditTransport Transport { get; set; }

    /// <summary>How long one try waits for its answer. 15 s.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Entries in one request of <see cref="IGpuCreditClient.RecordAsync"/>: 1 to 10,000. 1,000.</summary>
    public int BatchEntriesMax { get; set; } = 1_000;

    /// <summary>How often, and after which pause, a call is tried again.</summary>
    public RetryOptions Retry { get; set; } = new();

    internal void Check()
    {
        OptionRules.Require(Address is { IsAbsoluteUri: true, Scheme: "http" or "https" }, nameof(Address), "must be an absolute http or https address");
        CheckLimits();
    }

    internal void CheckLimits()
    {
        OptionRules.Require(AttemptTimeout > TimeSpan.Zero, nameof(AttemptTimeout), "must be longer than 0");
        OptionRules.Require(BatchEntriesMax is >= 1 and <= 10_000, nameof(BatchEntriesMax), "must be 1 to 10,000");
        OptionRules.Require(Transport is GpuCreditTransport.Http or GpuCreditTransport.Grpc, nameof(Transport), "must be Http or Grpc");
        Retry.Check(nameof(Retry));
    }
}
