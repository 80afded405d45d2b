using System.Data.Common;

namespace GpuCredit.Host.EventStore.Rows;

/// <summary>One row of the snapshot's table.</summary>
/// <param name="SequenceNr">The version that it is a snapshot of.</param>
/// <param name="Created">When it was stored, in ticks of <see cref="DateTime"/> (UTC).</param>
/// <param name="Bytes">The snapshot's bytes.</param>
/// <param name="Manifest">What kind of snapshot they are, in its serializer's words.</param>
/// <param name="SerializerId">Which serializer reads them.</param>
internal sealed record SnapshotRow(long SequenceNr, long Created, byte[] Bytes, string Manifest, int SerializerId)
{
    /// <param name="row">With the columns in the order that they have here.</param>
    /// <param name="at">The first of them.</param>
    public static SnapshotRow Of(DbDataReader row, int at) =>
        new(row.GetInt64(at), row.GetInt64(at + 1), row.GetFieldValue<byte[]>(at + 2), row.GetString(at + 3), row.GetInt32(at + 4));
}
