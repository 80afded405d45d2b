using Akka.Actor;
using Akka.Serialization;

namespace StoreBench;

/// <summary>Bytes of the size of one stored entry with an id of 16 characters.</summary>
internal sealed record EntryBytes(byte[] Bytes)
{
    public static byte[] Sample()
    {
        var bytes = new byte[48];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)i;
        return bytes;
    }
}

internal sealed class EntryBytesSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public override int Identifier => 9_002;

    public override string Manifest(object o) => "e";

    public override byte[] ToBinary(object obj) => ((EntryBytes)obj).Bytes;

    public override object FromBinary(byte[] bytes, string manifest) => new EntryBytes(bytes);
}
