using System.Collections.Immutable;
using System.Runtime.Serialization;
using CreditActors.Ledger;
using CreditActors.Protocol;

namespace CreditActors.Serialization;

/// <summary>The messages between nodes, record to protobuf and back.</summary>
internal static class WireCodec
{
    public static Proto.Record Write(string accountId, ReadOnlySpan<Entry> entries) =>
        new() { AccountId = accountId, Entries = EntryColumns.Write(entries) };

    public static AddCredit ReadAddCredit(Proto.Record proto) => new(AccountOf(proto), Only<Credit>(proto));

    public static UseCredit ReadUseCredit(Proto.Record proto) => new(AccountOf(proto), Only<Usage>(proto));

    public static RecordEntries ReadRecordEntries(Proto.Record proto) => new(AccountOf(proto), EntryColumns.Read(proto.Entries));

    public static Proto.GetBalance Write(GetBalance get) => new() { AccountId = get.AccountId, At = get.At };

    public static GetBalance Read(Proto.GetBalance proto) => new(
        Field.Required(proto.HasAccountId, proto.AccountId, "account_id"),
        Field.Required(proto.HasAt, proto.At, "at"));

    public static Proto.BalanceAnswer Write(BalanceAnswer answer) => new()
    {
        AccountId = answer.AccountId,
        At = answer.At,
        Balance = (ulong)answer.Balance,
        Version = (ulong)answer.Version,
    };

    public static BalanceAnswer Read(Proto.BalanceAnswer proto) => new(
        Field.Required(proto.HasAccountId, proto.AccountId, "account_id"),
        Field.Required(proto.HasAt, proto.At, "at"),
        (long)Field.Required(proto.HasBalance, proto.Balance, "balance"),
        (long)Field.Required(proto.HasVersion, proto.Version, "version"));

    public static Proto.BeforeHorizon Write(BeforeHorizon before) => new() { AccountId = before.AccountId, At = before.At, Horizon = before.Horizon };

    public static BeforeHorizon Read(Proto.BeforeHorizon proto) => new(
        Field.Required(proto.HasAccountId, proto.AccountId, "account_id"),
        Field.Required(proto.HasAt, proto.At, "at"),
        Field.Required(proto.HasHorizon, proto.Horizon, "horizon"));

    public static Proto.AccountUnavailable Write(AccountUnavailable unavailable) => new() { AccountId = unavailable.AccountId };

    public static AccountUnavailable Read(Proto.AccountUnavailable proto) =>
        new(Field.Required(proto.HasAccountId, proto.AccountId, "account_id"));

    public static Proto.LeasePing Write(LeasePing ping) => new() { Round = (ulong)ping.Round, NodeUid = ping.NodeUid };

    public static LeasePing Read(Proto.LeasePing proto) => new(
        (long)Field.Required(proto.HasRound, proto.Round, "round"),
        Field.Required(proto.HasNodeUid, proto.NodeUid, "node_uid"));

    public static Proto.LeaseGrant Write(LeaseGrant grant) => new() { Round = (ulong)grant.Round };

    public static LeaseGrant Read(Proto.LeaseGrant proto) => new((long)Field.Required(proto.HasRound, proto.Round, "round"));

    public static Proto.EntriesOutcome Write(EntriesOutcome outcome)
    {
        var proto = new Proto.EntriesOutcome { AccountId = outcome.AccountId };
        proto.Statuses.Capacity = outcome.Outcomes.Length;
        proto.Versions.Capacity = outcome.Outcomes.Length;
        var standing = new List<Entry>();
        for (var i = 0; i < outcome.Outcomes.Length; i++)
        {
            var one = outcome.Outcomes[i];
            proto.Statuses.Add((uint)one.Status);
            proto.Versions.Add((ulong)one.Version);
            if (one.Refusal is { } refusal)
                proto.Refusals.Add(new Proto.Refusal { Position = (uint)i, Field = refusal.Field, Rule = refusal.Rule });
            if (one.Standing is null)
                continue;
            proto.StandingPositions.Add((uint)i);
            standing.Add(one.Standing);
        }

        proto.Standing = EntryColumns.Write([.. standing]);
        return proto;
    }

    public static EntriesOutcome Read(Proto.EntriesOutcome proto)
    {
        var count = proto.Statuses.Count;
        if (proto.Versions.Count != count)
            throw new SerializationException($"{proto.Versions.Count} versions for {count} outcomes.");
        var outcomes = ImmutableArray.CreateBuilder<EntryOutcome>(count);
        for (var i = 0; i < count; i++)
            outcomes.Add(new EntryOutcome(StatusOf(proto.Statuses[i]), (long)proto.Versions[i]));

        foreach (var refusal in proto.Refusals)
        {
            var at = Position(Field.Required(refusal.HasPosition, refusal.Position, "position"), count);
            outcomes[at] = outcomes[at] with
            {
                Refusal = new Refusal(
                    Field.Required(refusal.HasField, refusal.Field, "field"),
                    Field.Required(refusal.HasRule, refusal.Rule, "rule")),
            };
        }

        var standing = EntryColumns.Read(proto.Standing);
        if (standing.Length != proto.StandingPositions.Count)
            throw new SerializationException($"{standing.Length} standing editions for {proto.StandingPositions.Count} outcomes.");
        for (var i = 0; i < standing.Length; i++)
        {
            var at = Position(proto.StandingPositions[i], count);
            outcomes[at] = outcomes[at] with { Standing = standing[i] };
        }

        return new(Field.Required(proto.HasAccountId, proto.AccountId, "account_id"), outcomes.MoveToImmutable());
    }

    private static string AccountOf(Proto.Record proto) => Field.Required(proto.HasAccountId, proto.AccountId, "account_id");

    private static T Only<T>(Proto.Record proto)
        where T : Entry =>
        EntryColumns.Read(proto.Entries) is [T only] ? only : throw new SerializationException($"One {typeof(T).Name} belongs here.");

    private static OutcomeStatus StatusOf(uint number) => number is >= (uint)OutcomeStatus.Recorded and <= (uint)OutcomeStatus.Unavailable
        ? (OutcomeStatus)number
        : throw new SerializationException($"{number} is no outcome.");

    private static int Position(uint position, int count) => position < count
        ? (int)position
        : throw new SerializationException($"There is no outcome {position} of {count}.");
}
