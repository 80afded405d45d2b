using System.Collections.Immutable;
using CreditActors.Protocol;

namespace CreditActors.Accounts;

/// <summary>The outcomes that one caller may be told now.</summary>
internal readonly record struct Answer<TCaller>(TCaller Caller, ImmutableArray<EntryOutcome> Outcomes);
