using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using CreditActors.Protocol;
using Google.Protobuf;

namespace CreditActors.Serialization;

/// <summary>
/// The one serializer of everything that is stored or crosses nodes. Identifier and manifests are frozen: stored rows name
/// them. A message whose meaning changes gets a new manifest, and the old one is read for ever.
/// </summary>
internal sealed class ProtobufSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public const int FrozenIdentifier = 5319;

    public const string EntriesRecordedManifest = "er1";
    public const string EntriesRecordedAndClosedManifest = "er2";
    public const string AccountSegmentManifest = "sg1";
    public const string AccountSegmentWithBooksManifest = "sg2";
    public const string AddCreditManifest = "ac1";
    public const string UseCreditManifest = "uc1";
    public const string RecordEntriesManifest = "re1";
    public const string GetBalanceManifest = "gb1";
    public const string EntriesOutcomeManifest = "eo1";
    public const string BalanceAnswerManifest = "ba1";
    public const string BeforeHorizonManifest = "bh1";
    public const string AccountUnavailableManifest = "au1";
    public const string LeasePingManifest = "lp1";
    public const string LeaseGrantManifest = "lg1";

    public override int Identifier => FrozenIdentifier;

    public override string Manifest(object o) => o switch
    {
        EntriesRecorded { Closing: null } => EntriesRecordedManifest,
        EntriesRecorded => EntriesRecordedAndClosedManifest,
        AccountSegment { Books: null } => AccountSegmentManifest,
        AccountSegment => AccountSegmentWithBooksManifest,
        AddCredit => AddCreditManifest,
        UseCredit => UseCreditManifest,
        RecordEntries => RecordEntriesManifest,
        GetBalance => GetBalanceManifest,
        EntriesOutcome => EntriesOutcomeManifest,
        BalanceAnswer => BalanceAnswerManifest,
        BeforeHorizon => BeforeHorizonManifest,
        AccountUnavailable => AccountUnavailableManifest,
        LeasePing => LeasePingManifest,
        LeaseGrant => LeaseGrantManifest,
        _ => throw Unknown(o),
    };

    public override byte[] ToBinary(object obj) => obj switch
    {
        EntriesRecorded { Closing: null } recorded => EventCodec.Write(recorded.Entries.AsSpan()),
        AccountSegment { Books: null } segment => SegmentCodec.Write(segment),
        _ => MessageOf(obj).ToByteArray(),
    };

    public override object FromBinary(byte[] bytes, string manifest)
    {
        try
        {
            return manifest switch
            {
                EntriesRecordedManifest => EventCodec.TryRead(bytes) ?? StorageCodec.Read(Proto.EntriesRecorded.Parser.ParseFrom(bytes)),
                EntriesRecordedAndClosedManifest => StorageCodec.Read(Proto.EntriesRecordedAndClosed.Parser.ParseFrom(bytes)),
                AccountSegmentWithBooksManifest => StorageCodec.Read(Proto.AccountSegmentWithBooks.Parser.ParseFrom(bytes)),
                AccountSegmentManifest => SegmentCodec.TryRead(bytes) ?? StorageCodec.Read(Proto.AccountSegment.Parser.ParseFrom(bytes)),
                AddCreditManifest => WireCodec.ReadAddCredit(Proto.Record.Parser.ParseFrom(bytes)),
                UseCreditManifest => WireCodec.ReadUseCredit(Proto.Record.Parser.ParseFrom(bytes)),
                RecordEntriesManifest => WireCodec.ReadRecordEntries(Proto.Record.Parser.ParseFrom(bytes)),
                GetBalanceManifest => WireCodec.Read(Proto.GetBalance.Parser.ParseFrom(bytes)),
                EntriesOutcomeManifest => WireCodec.Read(Proto.EntriesOutcome.Parser.ParseFrom(bytes)),
                BalanceAnswerManifest => WireCodec.Read(Proto.BalanceAnswer.Parser.ParseFrom(bytes)),
                BeforeHorizonManifest => WireCodec.Read(Proto.BeforeHorizon.Parser.ParseFrom(bytes)),
                AccountUnavailableManifest => WireCodec.Read(Proto.AccountUnavailable.Parser.ParseFrom(bytes)),
                LeasePingManifest => WireCodec.Read(Proto.LeasePing.Parser.ParseFrom(bytes)),
                LeaseGrantManifest => WireCodec.Read(Proto.LeaseGrant.Parser.ParseFrom(bytes)),
                _ => throw new SerializationException(
                    $"The manifest \"{manifest}\" is unknown: what it names was written by a newer version, or isn't ours."),
            };
        }
        catch (Exception fault) when (fault is InvalidProtocolBufferException or FormatException or OverflowException)
        {
            // Truncated or garbled bytes, and values that fit no field of ours, are one fault to whoever reads.
            throw new SerializationException($"These bytes are no {manifest}: {fault.Message}", fault);
        }
    }

    private static IMessage MessageOf(object message) => message switch
    {
        EntriesRecorded { Closing: { } closing } closed => StorageCodec.Write(closed.Entries, closing),
        AccountSegment { Books: { } books } beginning => StorageCodec.Write(beginning, books),
        AddCredit add => WireCodec.Write(add.AccountId, [add.Credit]),
        UseCredit use => WireCodec.Write(use.AccountId, [use.Usage]),
        RecordEntries record => WireCodec.Write(record.AccountId, record.Entries.AsSpan()),
        GetBalance get => WireCodec.Write(get),
        EntriesOutcome outcome => WireCodec.Write(outcome),
        BalanceAnswer answer => WireCodec.Write(answer),
        BeforeHorizon before => WireCodec.Write(before),
        AccountUnavailable unavailable => WireCodec.Write(unavailable),
        LeasePing ping => WireCodec.Write(ping),
        LeaseGrant grant => WireCodec.Write(grant),
        _ => throw Unknown(message),
    };

    private static ArgumentException Unknown(object message) =>
        new($"{message.GetType()} has no manifest: it is neither stored nor sent.", nameof(message));
}
