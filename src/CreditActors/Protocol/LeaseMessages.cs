namespace CreditActors.Protocol;

/// <summary>One node asks another: do you still count me among the members?</summary>
/// <param name="Round">The asker's own number of this question; the answer carries it back.</param>
/// <param name="NodeUid">The asker's incarnation, so that a node that was put out isn't taken for one started anew at its address.</param>
public sealed record LeasePing(long Round, int NodeUid) : IWireMessage;

/// <summary>Yes, at the moment of this answer. There is no word for no: silence is.</summary>
/// <param name="Round">The number of the question.</param>
public sealed record LeaseGrant(long Round) : IWireMessage;
