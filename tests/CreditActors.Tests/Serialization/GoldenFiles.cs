using System.Globalization;
using System.Runtime.CompilerServices;
using CreditActors.Ledger;
using CreditActors.Protocol;
using CreditActors.Serialization;

namespace CreditActors.Tests.Serialization;

/// <summary>
/// The bytes of every manifest, as files named manifest-case.hex. A file is never changed: what it holds may stand in
/// somebody's event store. A new case is a new file.
/// </summary>
internal static class GoldenFiles
{
    private static readonly Credit Credit = new("credit-1", 1_000, 1_700_000_000_000, 86_400_000, 10, 2);
    private static readonly Usage Usage = new("usage-1", 25, 1_700_000_000_500);

    public static IReadOnlyDictionary<string, IWireMessage> Messages { get; } = new Dictionary<string, IWireMessage>
    {
        [ProtobufSerializer.EntriesRecordedManifest + "-one"] = new EntriesRecorded([Usage]),
        [ProtobufSerializer.EntriesRecordedManifest + "-mixed"] = new EntriesRecorded(
            [Credit, Usage, new Usage("usage-0", 0, -1_700_000_000_500, 1), new Credit("~", Limits.AmountMax, -Limits.TicksMax, Limits.ExpirationMax, 100, Limits.RevisionMax)]),
        [ProtobufSerializer.EntriesRecordedAndClosedManifest + "-one"] = new EntriesRecorded([Usage], new Closing(1_700_000_000_000, 1_692_224_000_000)),
        [ProtobufSerializer.EntriesRecordedAndClosedManifest + "-none"] = new EntriesRecorded([], new Closing(-5, -10)),
        [ProtobufSerializer.AccountSegmentManifest + "-first"] = new AccountSegment([], 256, [Credit, Usage]),
        [ProtobufSerializer.AccountSegmentManifest + "-later"] = new AccountSegment([256, 2_048], 5_000_000_000, [Usage]),
        [ProtobufSerializer.AccountSegmentManifest + "-counted"] = new AccountSegment([256, 2_048], 5_000_000_000, [Usage, Credit], OlderEntries: 70_000),
        [ProtobufSerializer.AccountSegmentWithBooksManifest + "-first"] = new AccountSegment(
            [],
            255,
            [Credit],
            new SegmentBooks(
                new ClosedBooks(1_700_000_000_000, 500, [new(-5, 7), new(10, long.MaxValue)], []),
                [new ClosedIdsPart(1_699_999_999_000, [1, UInt128.MaxValue], [0, 3]), new ClosedIdsPart(1_700_000_000_000, [258], [])],
                IsLast: false)),
        [ProtobufSerializer.AccountSegmentWithBooksManifest + "-last"] = new AccountSegment(
            [255], 256, [Usage], new SegmentBooks(null, [new ClosedIdsPart(1_700_000_000_000, [258], [])], IsLast: true)),
        [ProtobufSerializer.AddCreditManifest + "-one"] = new AddCredit("account/1", Credit),
        [ProtobufSerializer.UseCreditManifest + "-one"] = new UseCredit("account/1", Usage),
        [ProtobufSerializer.RecordEntriesManifest + "-two"] = new RecordEntries("account/1", [Credit, Usage]),
        [ProtobufSerializer.RecordEntriesManifest + "-none"] = new RecordEntries("account/1", []),
        [ProtobufSerializer.GetBalanceManifest + "-one"] = new GetBalance("account/1", -5),
        [ProtobufSerializer.GetBalanceManifest + "-zero"] = new GetBalance("account/1", 0),
        [ProtobufSerializer.EntriesOutcomeManifest + "-all"] = new EntriesOutcome(
            "account/1",
            [
                new(OutcomeStatus.Recorded, 7),
                new(OutcomeStatus.Duplicate, 7),
                new(OutcomeStatus.Superseded, 7),
                new(OutcomeStatus.Conflict, 7, Standing: Credit),
                EntryOutcome.Rejected(new Refusal("amount", "must be a whole number"), 7),
                new(OutcomeStatus.Late, 7),
                EntryOutcome.Unavailable,
            ]),
        [ProtobufSerializer.BalanceAnswerManifest + "-none"] = new BalanceAnswer("account/1", 0, 0, 0),
        [ProtobufSerializer.BalanceAnswerManifest + "-some"] = new BalanceAnswer("account/1", -5, long.MaxValue, 12),
        [ProtobufSerializer.BeforeHorizonManifest + "-one"] = new BeforeHorizon("account/1", -5, 7),
        [ProtobufSerializer.AccountUnavailableManifest + "-one"] = new AccountUnavailable("account/1"),
        [ProtobufSerializer.LeasePingManifest + "-one"] = new LeasePing(7, -5),
        [ProtobufSerializer.LeaseGrantManifest + "-one"] = new LeaseGrant(7),
    };

    public static string PathOf(string name, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "golden", name + ".hex");

    public static byte[] Read(string name) => Convert.FromHexString(File.ReadAllText(PathOf(name)).Trim());

    public static string ManifestOf(string name) => name[..name.IndexOf('-', StringComparison.Ordinal)].ToString(CultureInfo.InvariantCulture);
}
