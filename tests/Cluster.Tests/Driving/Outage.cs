using Cluster.Tests.Faults;

namespace Cluster.Tests.Driving;

/// <summary>How long one account didn't answer, to writes or to questions; times are those of the run.</summary>
internal readonly record struct Outage(string Account, bool OfWrites, TimeSpan From, TimeSpan To)
{
    public TimeSpan Length => To - From;

    public override string ToString() => Length == TimeSpan.Zero ? "none" : $"{(OfWrites ? "writes to" : "questions about")} {Account} from {Fault.Seconds(From)} to {Fault.Seconds(To)}";
}
