using Xunit.Sdk;

namespace Cluster.Tests.Driving;

/// <summary>Prints lines that are shown also when the test passes.</summary>
public sealed class Printer(IMessageSink sink)
{
    internal void Say(string line) => sink.OnMessage(new DiagnosticMessage(line));
}
