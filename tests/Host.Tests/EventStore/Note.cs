using System.Text;
using Akka.Actor;
using Akka.Serialization;

namespace Host.Tests.EventStore;

/// <summary>The event and the snapshot of these tests.</summary>
internal sealed record Note(string Text);

internal sealed class NoteSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public override int Identifier => 9_001;

    public override string Manifest(object o) => "n";

    public override byte[] ToBinary(object obj) => Encoding.UTF8.GetBytes(((Note)obj).Text);

    public override object FromBinary(byte[] bytes, string manifest) => new Note(Encoding.UTF8.GetString(bytes));
}
