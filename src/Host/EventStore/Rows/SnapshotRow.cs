using System.Data.Common;
using System.Runtime.Serialization;
using Akka.Persistence;

namespace GpuCredit.Host.EventStore.Rows;

/// <summary>One row of the snapshot's table. The columns that may be NULL are so only where somebody else has written the row: then it can't be read.</summary>
/// <param name="SequenceNr">The version that it is a snapshot of.</param>
/// <param name="Created">When it was stored, in ticks of <see cref="DateTime"/> (UTC).</param>
/// <param name="Bytes">The snapshot's bytes.</param>
/// <param name="Manifest">What kind of snapshot they are, in its serializer's words.</param>
/// <param name="SerializerId">Which serializer reads them.</param>
internal sealed record SnapshotRow(long SequenceNr, long Created, byte[]? Bytes, string? Manifest, int? SerializerId)
{
    /// <summary>Takes a row with NULLs too: that it can't be read is its own account's matter, not that of the accounts whose rows come with it.</summary>
    /// <param name="row">With the columns in the order that they have here.</param>
    /// <param name="at">The first of them.</param>
    public static SnapshotRow Of(DbDataReader row, int at) => new(
        row.GetInt64(at),
        row.GetInt64(at + 1),
        row.IsDBNull(at + 2) ? null : row.GetFieldValue<byte[]>(at + 2),
        row.IsDBNull(at + 3) ? null : row.GetString(at + 3),
        row.IsDBNull(at + 4) ? null : row.GetInt32(at + 4));

    /// <summary>The snapshot, as Akka's persistent actors are offered it.</summary>
    /// <param name="persistenceId">Whose row it is.</param>
    /// <param name="serialization">The actor system's.</param>
    /// <exception cref="SerializationException">A column is NULL.</exception>
    /// <exception cref="Exception">Its serializer doesn't know it, or there is none.</exception>
    public SelectedSnapshot Read(string persistenceId, Akka.Serialization.Serialization serialization) => (Bytes, Manifest, SerializerId) switch
    {
        ({ } bytes, { } manifest, { } serializer) => new(new(persistenceId, SequenceNr, new DateTime(Created)), serialization.Deserialize(bytes, serializer, manifest)),
        _ => throw new SerializationException($"The snapshot row of {persistenceId} for version {SequenceNr} has NULL for its snapshot, manifest or serializer_id."),
    };
}
