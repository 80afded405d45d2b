namespace GpuCredit.Host.Grpc;

/// <summary>Every bound of the gRPC door that isn't the HTTP door's as well, in one place.</summary>
internal static class GrpcLimits
{
    /// <summary>A message of the calls on accounts: as much as HTTP takes of one entry.</summary>
    public const int AccountBytesMax = Http.HttpLimits.EntryBytesMax;

    /// <summary>
    /// A message of the calls on entries. Protobuf is denser than JSON: 10,000 entries with the longest ids that there are have
    /// fewer bytes than this.
    /// </summary>
    public const int EntriesBytesMax = 4 * 1024 * 1024;

    /// <summary>Streams of one kind, of entries or of balances, open at once at one node; beyond them a caller is told at once to come back.</summary>
    public const int StreamsMax = 256;

    /// <summary>Calls that watch health or ask for descriptions, open at once.</summary>
    public const int WatchersMax = 256;

    /// <summary>The entries of one message of a stream.</summary>
    public const int StreamRequestEntriesMax = 1_000;

    /// <summary>
    /// The entries of one stream that are under way, from taken to outcome written; an empty message counts as one. It must
    /// cover what is recorded in the time of a write: at 20,000 entries a second and 100 ms, 2,000.
    /// </summary>
    public const int StreamEntriesUnderWayMax = 8_192;

    /// <summary>
    /// How many of them are the stream's own, whatever the other streams do: one message of the largest kind, so that a stream with nothing under way
    /// always goes on.
    /// </summary>
    public const int StreamEntriesOwn = StreamRequestEntriesMax;

    /// <summary>
    /// What all streams of the node together may have under way beyond their own: enough for nine that use their windows. With it no more than
    /// <see cref="StreamsMax"/> × <see cref="StreamEntriesOwn"/> + this, 321,536, are ever under way; by windows alone it would be 2,097,152.
    /// </summary>
    public const int SharedEntriesUnderWayMax = 65_536;

    /// <summary>Entries are sent to their accounts when no more can be read without waiting, and at the latest when so many have gathered.</summary>
    public const int GatheredEntriesMax = 512;

    /// <summary>Outcomes that are ready together are flushed together, at most so many.</summary>
    public const int OutcomesPerFlushMax = 512;

    /// <summary>
    /// The questions of one message of a stream. With the longest ids there are, and times as texts, they have some 180 bytes each: fewer than
    /// <see cref="AccountBytesMax"/> together.
    /// </summary>
    public const int StreamRequestQuestionsMax = 300;

    /// <summary>
    /// The questions of one stream that are under way, from taken to answer written. It must cover what is asked while some accounts are woken:
    /// at 100,000 questions a second and 40 ms, 4,000.
    /// </summary>
    public const int StreamQuestionsUnderWayMax = 4_096;

    /// <summary>How many of them are the stream's own, as with entries.</summary>
    public const int StreamQuestionsOwn = StreamRequestQuestionsMax;

    /// <summary>
    /// What all streams of the node together may have under way beyond their own: with it no more than <see cref="StreamsMax"/> ×
    /// <see cref="StreamQuestionsOwn"/> + this, 109,568, are ever under way.
    /// </summary>
    public const int SharedQuestionsUnderWayMax = 32_768;

    /// <summary>Answers that are ready together are written in one message, at most so many: with the longest sentences there are, some 128 KiB.</summary>
    public const int AnswersPerMessageMax = 512;

    /// <summary>
    /// Received but not yet read by its call, for one HTTP/2 stream. Small, so that a call that has stopped reading holds
    /// little.
    /// </summary>
    public const int StreamWindowBytes = 128 * 1024;

    /// <summary>
    /// The same for a connection: more than all of its streams (100, Kestrel's default) may hold together, so that no call that
    /// has stopped reading stops the others of its connection.
    /// </summary>
    public const int ConnectionWindowBytes = 101 * StreamWindowBytes;

    /// <summary>A peer that has said nothing for so long is asked whether it is there, so that one that is gone holds no stream.</summary>
    public static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a stream may take to end when the node stops: longer than any entry takes to be decided, so only a reader that doesn't
    /// read is cut off.
    /// </summary>
    public static readonly TimeSpan DrainWithin = TimeSpan.FromSeconds(20);

    /// <summary>How long the connection of a stream that has ended because the node stops is kept for its client to read that.</summary>
    public static readonly TimeSpan LingerFor = TimeSpan.FromSeconds(2);
}
