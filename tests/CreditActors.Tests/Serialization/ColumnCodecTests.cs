using System.Runtime.Serialization;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using CreditActors.Serialization;
using Google.Protobuf;
using Proto = CreditActors.Serialization.Proto;

namespace CreditActors.Tests.Serialization;

/// <summary>Entries in columns, which our own code reads, beside Google's, whatever message they are in.</summary>
public abstract class ColumnCodecTests : TestKit
{
    private protected ColumnCodecTests() => Serializer = new((ExtendedActorSystem)Sys);

    private protected ProtobufSerializer Serializer { get; }

    private protected abstract string Manifest { get; }

    /// <summary>As our code writes a message with usages, a credit and a revision.</summary>
    private protected abstract byte[] Written { get; }

    /// <summary>A message with a usage and a credit, both with a revision if any has one, and its columns.</summary>
    private protected abstract (IMessage Message, Proto.Entries Columns) Revised();

    private protected abstract object Theirs(byte[] bytes);

    private protected object Ours(byte[] bytes) => Serializer.FromBinary(bytes, Manifest);

    [Fact]
    public void Bytes_with_any_one_changed_are_read_as_Googles_code_reads_them_or_not_at_all()
    {
        for (var i = 0; i < Written.Length; i++)
        {
            foreach (var turned in new byte[] { 0x01, 0x02, 0x08, 0x40, 0x80, 0xFF })
            {
                var changed = Written.ToArray();
                changed[i] ^= turned;
                var (ours, theirs) = (Read(() => Ours(changed)), Read(() => Theirs(changed)));
                Assert.True(ours is null || ours == theirs, $"byte {i} with {turned:X}: {ours}, and {theirs ?? "nothing"}");
            }
        }
    }

    [Theory]
    [InlineData("kinds")]
    [InlineData("ids")]
    [InlineData("amounts")]
    [InlineData("timestamp_steps")]
    [InlineData("revisions")]
    [InlineData("expirations")]
    [InlineData("priorities")]
    public void A_column_with_too_few_or_too_many_values_is_refused(string column)
    {
        foreach (var more in new[] { true, false })
        {
            var (message, columns) = Revised();
            var list = (System.Collections.IList)Proto.Entries.Descriptor.FindFieldByName(column).Accessor.GetValue(columns);
            if (more)
                list.Add(list[0]);
            else
                list.RemoveAt(0);
            Assert.Throws<SerializationException>(() => Ours(message.ToByteArray()));
        }
    }

    private static string? Read(Func<object> read)
    {
        try
        {
            return Messages.Print(read());
        }
        catch (Exception fault) when (fault is SerializationException or InvalidProtocolBufferException or OverflowException or InvalidOperationException)
        {
            return null;
        }
    }
}
