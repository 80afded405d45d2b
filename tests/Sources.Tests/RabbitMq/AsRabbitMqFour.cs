using System.Buffers.Binary;
using Sources.Tests.Brokers;
using Sources.Tests.Running;

namespace Sources.Tests.RabbitMq;

/// <summary>
/// A RabbitMQ 3, as Debian has it, behind a proxy that makes a 4 of it as far as a source can tell: it says so in <c>connection.start</c>,
/// and takes a delivery limit of -1, for which the server itself gets a large one.
/// </summary>
internal static class AsRabbitMqFour
{
    /// <summary>What the server gets.</summary>
    public const int StandsForNone = 123_456;

    public static CuttingProxy Before(RabbitMqServer server) => new(server.Port, GiveLimit, SayFour);

    private static void SayFour(Span<byte> fromBroker)
    {
        // A name, the kind of its value, four bytes of length, and the text.
        var name = "\aversionS"u8;
        if (fromBroker.IndexOf(name) is var at and >= 0)
        {
            ref var major = ref fromBroker[at + name.Length + 4];
            Assert.Equal((byte)'3', major);
            major = (byte)'4';
        }
    }

    private static void GiveLimit(Span<byte> fromClient)
    {
        var name = "x-delivery-limitI"u8;
        if (fromClient.IndexOf(name) is var at and >= 0)
        {
            var value = fromClient.Slice(at + name.Length, sizeof(int));
            Assert.Equal(-1, BinaryPrimitives.ReadInt32BigEndian(value));
            BinaryPrimitives.WriteInt32BigEndian(value, StandsForNone);
        }
    }
}
