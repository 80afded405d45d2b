namespace GpuCredit.Host.EventStore.Rows;

/// <summary>One row of the journal's table.</summary>
/// <param name="PersistenceId">Whose event it is.</param>
/// <param name="SequenceNr">Its number there, from 1.</param>
/// <param name="Created">When it was stored, in ticks of <see cref="DateTime"/> (UTC).</param>
/// <param name="Message">The event's bytes.</param>
/// <param name="Manifest">What kind of event they are, in its serializer's words.</param>
/// <param name="SerializerId">Which serializer reads them.</param>
/// <param name="WriterUuid">Which process wrote it.</param>
internal readonly record struct EventRow(string PersistenceId, long SequenceNr, long Created, byte[] Message, string Manifest, int SerializerId, string WriterUuid);
