namespace GpuCredit.Host.Grpc;

/// <summary>How much streams of one kind may have under way, in entries or in questions.</summary>
/// <param name="MessageMax">Those of one message.</param>
/// <param name="Window">One stream.</param>
/// <param name="Own">What of it is the stream's own, whatever the others do: at least a message, so that a stream with nothing under way always goes on.</param>
/// <param name="Shared">All streams together, beyond their own.</param>
/// <param name="AtAccounts">All streams together, not yet decided.</param>
internal sealed record StreamBounds(int MessageMax, int Window, int Own, int Shared, int AtAccounts);
