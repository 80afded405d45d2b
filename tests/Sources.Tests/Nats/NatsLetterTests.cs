using System.Text;
using CreditActors.Ledger;
using GpuCredit.Host.Sources;
using GpuCredit.Host.Sources.Nats;
using NATS.Client.Core;
using Sources.Tests.Pipeline;

namespace Sources.Tests.Nats;

/// <summary>A letter is never larger than the server takes, and another letter is never taken for it.</summary>
public sealed class NatsLetterTests
{
    private const int PayloadMax = 4_096;
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, 100)]
    [InlineData(1_000, 4_096)]
    [InlineData(1_900, 4_096)]
    [InlineData(3_900, 100)]
    [InlineData(3_900, 20_000)]
    public void Headers_and_bytes_of_every_part_fit_whatever_the_message_had(int headerBytes, int bodyBytes)
    {
        var body = Body(bodyBytes);
        var letters = NatsLetter.Write(Letter(badEntries: 16), Original(headerBytes), body, Noon, PayloadMax);
        Assert.All(letters, letter => Assert.InRange(Size(letter.Headers) + letter.Body.Length, 1, PayloadMax));
        Assert.Equal(body, letters.SelectMany(letter => letter.Body.ToArray()));
    }

    [Fact]
    public void The_messages_own_headers_go_first_and_then_as_much_of_the_list_of_bad_entries_as_needed()
    {
        Assert.True(Has(Original(300), badEntries: 1, "own") && Has(Original(300), badEntries: 1, DeadLetter.EntriesHeader));
        Assert.False(Has(Original(1_700), badEntries: 1, "own"));
        Assert.True(Has(Original(1_700), badEntries: 1, DeadLetter.EntriesHeader));
        Assert.False(Has(Original(300), badEntries: 16, "own"));
        Assert.True(Has(Original(300), badEntries: 16, DeadLetter.EntriesHeader) && Has(Original(300), badEntries: 16, DeadLetter.LeftOutHeader));
        Assert.True(Has(Original(300), badEntries: 16, DeadLetter.ReasonHeader));
    }

    [Fact]
    public void The_same_letter_has_the_same_ids_and_one_of_another_stream_or_in_other_parts_has_others()
    {
        var ids = Ids(Noon, PayloadMax);
        Assert.Equal(ids, Ids(Noon, PayloadMax));
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.Empty(ids.Intersect(Ids(Noon.AddTicks(1), PayloadMax)));
        Assert.Empty(ids.Intersect(Ids(Noon, PayloadMax - 1)));
    }

    private static string[] Ids(DateTimeOffset stored, int payloadMax) =>
        [.. NatsLetter.Write(Letter(badEntries: 1), null, Body(10_000), stored, payloadMax).Select(letter => letter.Headers["Nats-Msg-Id"].ToString())];

    private static bool Has(NatsHeaders original, int badEntries, string header) =>
        NatsLetter.Write(Letter(badEntries), original, Body(10), Noon, PayloadMax).Single().Headers.ContainsKey(header);

    private static DeadLetter Letter(int badEntries) => new(
        "usage", new FakeDelivery(1, "x"), [.. Enumerable.Range(0, badEntries).Select(i => new BadEntry(i, OutcomeStatus.Rejected, new string('r', 250)))]);

    private static NatsHeaders Original(int bytes) => new() { ["own"] = new string('h', bytes) };

    private static byte[] Body(int bytes) => [.. Enumerable.Range(0, bytes).Select(i => (byte)(i % 251))];

    /// <summary>As it goes over the wire.</summary>
    private static int Size(NatsHeaders headers) => Encoding.UTF8.GetByteCount(
        $"NATS/1.0\r\n{string.Concat(headers.Select(header => $"{header.Key}: {header.Value}\r\n"))}\r\n");
}
