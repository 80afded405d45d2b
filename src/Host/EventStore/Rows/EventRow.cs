using System.Data.Common;
using Akka.Actor;
using Akka.Persistence;

namespace GpuCredit.Host.EventStore.Rows;

/// <summary>One row of the journal's table.</summary>
/// <param name="PersistenceId">Whose event it is.</param>
/// <param name="SequenceNr">Its number there, from 1.</param>
/// <param name="Created">When it was stored, in ticks of <see cref="DateTime"/> (UTC).</param>
/// <param name="Message">The event's bytes.</param>
/// <param name="Manifest">What kind of event they are, in its serializer's words.</param>
/// <param name="SerializerId">Which serializer reads them.</param>
/// <param name="WriterUuid">Which process wrote it.</param>
internal readonly record struct EventRow(string PersistenceId, long SequenceNr, long Created, byte[] Message, string Manifest, int SerializerId, string WriterUuid)
{
    /// <param name="persistenceId">Whose it is.</param>
    /// <param name="row">With the other columns in the order that they have here.</param>
    /// <param name="at">The first of them.</param>
    /// <exception cref="Exception">One of them is NULL.</exception>
    public static EventRow Of(string persistenceId, DbDataReader row, int at) => new(
        persistenceId, row.GetInt64(at), row.GetInt64(at + 1), row.GetFieldValue<byte[]>(at + 2), row.GetString(at + 3), row.GetInt32(at + 4), row.GetString(at + 5));

    /// <summary>Whether <see cref="Of"/> succeeds; if not, somebody else has written the row.</summary>
    public static bool IsWhole(DbDataReader row, int at) => !(row.IsDBNull(at + 3) || row.IsDBNull(at + 4) || row.IsDBNull(at + 5));

    /// <summary>The event, as Akka's persistent actors are told of it.</summary>
    /// <exception cref="Exception">Its serializer doesn't know it, or there is none.</exception>
    public Persistent Read(Akka.Serialization.Serialization serialization) => new(
        serialization.Deserialize(Message, SerializerId, Manifest), SequenceNr, PersistenceId, Manifest, isDeleted: false, ActorRefs.NoSender, WriterUuid, Created);
}
