using GpuCredit.Host.Http;

namespace GpuCredit.Host.Formats;

/// <summary>Every bound on a message, whatever the door it came by. The bounds of values are the ledger's.</summary>
internal static class FormatLimits
{
    /// <summary>A whole message: as much as one request to <c>POST /v1/entries</c>.</summary>
    public const int MessageBytesMax = HttpLimits.BatchBytesMax;

    /// <summary>The entries of one message: as many as one request holds.</summary>
    public const int MessageEntriesMax = HttpLimits.BatchEntriesMax;
}
