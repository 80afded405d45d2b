using System.Collections.Immutable;

namespace CreditActors.Protocol;

/// <summary>The outcomes of one command, in the order of its entries. Sent when every one of them is decided and durable.</summary>
public sealed record EntriesOutcome(string AccountId, ImmutableArray<EntryOutcome> Outcomes) : IWireMessage;

/// <summary>The account's balance, by what was stored at <paramref name="Version"/>.</summary>
/// <param name="AccountId">The account asked.</param>
/// <param name="At">The tick asked about.</param>
/// <param name="Balance">What remains then, never negative. 0 is shown as none at the edge.</param>
/// <param name="Version">The account's version that the answer was made from.</param>
public sealed record BalanceAnswer(string AccountId, long At, long Balance, long Version) : IWireMessage;

/// <summary>The question is for a tick before the account's horizon: its books are closed there, and what could be answered may be wrong.</summary>
/// <param name="AccountId">The account asked.</param>
/// <param name="At">The tick asked about.</param>
/// <param name="Horizon">The first tick that can be asked about.</param>
public sealed record BeforeHorizon(string AccountId, long At, long Horizon) : IWireMessage;

/// <summary>The account can't be read now, so the question has no answer: ask again.</summary>
public sealed record AccountUnavailable(string AccountId) : IWireMessage;
