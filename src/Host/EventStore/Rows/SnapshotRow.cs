namespace GpuCredit.Host.EventStore.Rows;

/// <summary>One row of the snapshot's table.</summary>
/// <param name="SequenceNr">The version that it is a snapshot of.</param>
/// <param name="Created">When it was stored, in ticks of <see cref="DateTime"/> (UTC).</param>
/// <param name="Bytes">The snapshot's bytes.</param>
/// <param name="Manifest">What kind of snapshot they are, in its serializer's words.</param>
/// <param name="SerializerId">Which serializer reads them.</param>
internal sealed record SnapshotRow(long SequenceNr, long Created, byte[] Bytes, string Manifest, int SerializerId);
