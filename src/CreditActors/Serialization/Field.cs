using System.Runtime.Serialization;

namespace CreditActors.Serialization;

/// <summary>A field that has no default: protobuf reads a missing one as 0 or "", which here would be a wrong answer.</summary>
internal static class Field
{
    public static T Required<T>(bool present, T value, string name) =>
        present ? value : throw new SerializationException($"The field {name} is missing.");
}
