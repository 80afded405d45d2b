using System.Runtime.Serialization;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using CreditActors.Ledger;
using CreditActors.Protocol;
using CreditActors.Serialization;
using CreditActors.Tests.Ledger;
using CsCheck;

namespace CreditActors.Tests.Serialization;

public sealed class SerializerTests : TestKit
{
    private readonly ProtobufSerializer _serializer;

    public SerializerTests() => _serializer = new((ExtendedActorSystem)Sys);

    public static TheoryData<string> Golden => [.. GoldenFiles.Messages.Keys];

    [Fact]
    public void Every_message_comes_back_as_it_went() => Messages.Any.Sample(
        message => Assert.Equal(Messages.Print(message), Messages.Print(_serializer.FromBinary(_serializer.ToBinary(message), _serializer.Manifest(message)))),
        iter: Effort.Samples(3_000),
        print: Messages.Print);

    [Theory]
    [MemberData(nameof(Golden))]
    public void What_was_once_written_is_read_as_it_was_meant(string name) =>
        Assert.Equal(
            Messages.Print(GoldenFiles.Messages[name]),
            Messages.Print(_serializer.FromBinary(GoldenFiles.Read(name), GoldenFiles.ManifestOf(name))));

    [Theory]
    [MemberData(nameof(Golden))]
    public void The_bytes_and_the_manifest_of_a_message_never_change(string name)
    {
        Assert.Equal(GoldenFiles.ManifestOf(name), _serializer.Manifest(GoldenFiles.Messages[name]));
        Assert.Equal(Convert.ToHexStringLower(GoldenFiles.Read(name)), Convert.ToHexStringLower(_serializer.ToBinary(GoldenFiles.Messages[name])));
    }

    [Fact]
    public void Every_message_that_is_stored_or_sent_has_a_golden_file() =>
        Assert.Equal(
            typeof(IWireMessage).Assembly.GetTypes().Where(type => type.IsClass && type.IsAssignableTo(typeof(IWireMessage))).OrderBy(type => type.Name),
            GoldenFiles.Messages.Values.Select(message => message.GetType()).Distinct().OrderBy(type => type.Name));

    [Fact]
    public void The_identifier_is_frozen() => Assert.Equal(5319, _serializer.Identifier);

    [Fact]
    public void An_unknown_manifest_throws() =>
        Assert.Throws<SerializationException>(() => _serializer.FromBinary([], "er9"));

    [Fact]
    public void A_message_without_a_manifest_throws()
    {
        Assert.Throws<ArgumentException>(() => _serializer.Manifest("text"));
        Assert.Throws<ArgumentException>(() => _serializer.ToBinary("text"));
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void Truncated_bytes_are_never_read_as_something_else(string name)
    {
        var bytes = GoldenFiles.Read(name);
        for (var length = 0; length < bytes.Length; length++)
        {
            var fault = Record.Exception(() => _serializer.FromBinary(bytes[..length], GoldenFiles.ManifestOf(name)));
            Assert.True(fault is SerializationException, $"{length} of {bytes.Length} bytes: {fault?.ToString() ?? "read"}");
        }
    }

    [Fact]
    public void A_number_that_fits_no_field_of_ours_throws()
    {
        var entries = EntryColumns.Write([new Usage("u", 1, 1)]);
        entries.Amounts[0] = ulong.MaxValue;
        Assert.Throws<SerializationException>(() => _serializer.FromBinary(
            Google.Protobuf.MessageExtensions.ToByteArray(new CreditActors.Serialization.Proto.EntriesRecorded { Entries = entries }),
            ProtobufSerializer.EntriesRecordedManifest));
    }
}
