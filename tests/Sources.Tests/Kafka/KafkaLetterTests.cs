using System.Text;
using Confluent.Kafka;
using CreditActors.Ledger;
using GpuCredit.Host.Sources;
using GpuCredit.Host.Sources.Kafka;
using Sources.Tests.Pipeline;

namespace Sources.Tests.Kafka;

/// <summary>A letter is never larger than the topic takes, and nothing of its bytes is left out.</summary>
public sealed class KafkaLetterTests
{
    private const int BytesMax = KafkaLetter.BytesMin;

    /// <summary>Of a batch and of a message in it.</summary>
    private const int Around = 61 + 36;

    [Theory]
    [InlineData(0, 0, 100)]
    [InlineData(100, 1_000, 16_384)]
    [InlineData(100, 7_000, 16_384)]
    [InlineData(100, 16_000, 100)]
    [InlineData(4_096, 16_000, 100_000)]
    [InlineData(16_000, 0, 100_000)]
    public void Headers_key_and_bytes_of_every_part_fit_whatever_the_message_had(int keyBytes, int headerBytes, int bodyBytes)
    {
        var body = Body(bodyBytes);
        var letters = KafkaLetter.Write(Letter(badEntries: 16), Original(keyBytes, headerBytes, body), BytesMax);
        Assert.All(letters, letter => Assert.InRange(Size(letter) + Around, 1, BytesMax));
        Assert.Equal(body, letters.SelectMany(letter => letter.Value!));
        Assert.All(letters, letter => Assert.True(letter.Headers.TryGetLastBytes(DeadLetter.ReasonHeader, out _)));
    }

    [Fact]
    public void The_messages_own_headers_go_first_and_then_as_much_of_the_list_of_bad_entries_as_needed()
    {
        Assert.Equal((true, true, false), Has(headerBytes: 2_000, badEntries: 1));
        Assert.Equal((false, true, false), Has(headerBytes: 8_000, badEntries: 1));
        Assert.Equal((false, true, true), Has(headerBytes: 8_000, badEntries: 16));
    }

    [Fact]
    public void A_message_without_a_value_has_a_letter_without_one() =>
        Assert.Null(Assert.Single(KafkaLetter.Write(Letter(badEntries: 1), Original(1, 1, null), BytesMax)).Value);

    private static (bool Own, bool Entries, bool LeftOut) Has(int headerBytes, int badEntries)
    {
        var letter = KafkaLetter.Write(Letter(badEntries), Original(1_000, headerBytes, Body(10)), BytesMax).Single();
        return (letter.Headers.TryGetLastBytes("own", out _), letter.Headers.TryGetLastBytes(DeadLetter.EntriesHeader, out _), letter.Headers.TryGetLastBytes(DeadLetter.LeftOutHeader, out _));
    }

    private static DeadLetter Letter(int badEntries) => new(
        "usage", new FakeDelivery(1, "x"), [.. Enumerable.Range(0, badEntries).Select(i => new BadEntry(i, OutcomeStatus.Rejected, new string('r', 600)))]);

    private static Message<byte[]?, byte[]?> Original(int keyBytes, int headerBytes, byte[]? body) =>
        new() { Key = Body(keyBytes), Value = body, Headers = new Headers { { "own", Body(headerBytes) } } };

    private static byte[] Body(int bytes) => [.. Enumerable.Range(0, bytes).Select(i => (byte)(i % 251))];

    /// <summary>As it goes over the wire, lengths as long as they may be.</summary>
    private static int Size(Message<byte[]?, byte[]?> message) =>
        (message.Key?.Length ?? 0) + (message.Value?.Length ?? 0) + message.Headers.Sum(header => 10 + Encoding.UTF8.GetByteCount(header.Key) + header.GetValueBytes().Length);
}
