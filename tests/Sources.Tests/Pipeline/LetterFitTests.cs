using System.Globalization;
using System.Text.Json.Nodes;
using CreditActors.Ledger;
using GpuCredit.Host.Sources;

namespace Sources.Tests.Pipeline;

/// <summary>What of a letter's headers is left out where they would be more than a broker takes: no more than needed, and counted.</summary>
public sealed class LetterFitTests
{
    [Fact]
    public void Every_bad_entry_is_described_where_there_is_room() => Assert.Equal((0, 150, null), Fit(sizeMax: 1_000_000, badEntries: 150));

    [Theory]
    [InlineData(150)]
    [InlineData(4_000)]
    public void However_much_room_there_is_the_list_is_bounded_and_says_what_it_leaves_out(int badEntries)
    {
        var (_, described, leftOut) = Fit(sizeMax: 1_000_000, badEntries, reasonChars: 400);
        Assert.InRange(described, LetterFit.ListCharsMax / 500, LetterFit.ListCharsMax / 400);
        Assert.Equal(badEntries - described, leftOut);
    }

    [Fact]
    public void With_every_byte_less_no_more_entries_are_left_out_than_needed()
    {
        var others = Others(badEntries: 20);
        Assert.Equal((0, 20, null), Fit(others + ListChars(20), badEntries: 20));
        for (var room = ListChars(20) - 1; room >= 0; room--)
        {
            var expected = Enumerable.Range(0, 20).Last(count => count == 0 || ListChars(count) <= room);
            Assert.Equal((0, expected, 20 - expected), Fit(others + room, badEntries: 20));
        }
    }

    [Fact]
    public void The_list_is_cut_to_its_first_entries_before_the_messages_own_headers_are_left_out()
    {
        var enough = Others(badEntries: 100) + "own".Length + 1_000 + ListChars(LetterFit.DescribedFirst);
        Assert.Equal((1_000, 16, 84), Fit(enough, badEntries: 100, ownBytes: 1_000));
        var (own, described, _) = Fit(enough - 1, badEntries: 100, ownBytes: 1_000);
        Assert.Equal(0, own);
        Assert.InRange(described, 30, 100);
    }

    [Fact]
    public void A_list_that_is_cut_by_its_own_bound_costs_no_other_header() =>
        // Each character of these reasons is six in JSON.
        Assert.Equal((1_000, 13, 3), Fit(sizeMax: 1_000_000, badEntries: 16, reasonChars: 400, reason: '"', ownBytes: 1_000));

    [Fact]
    public void Where_not_even_ours_fit_the_messages_own_are_left_out() => Assert.Equal((0, 0, 5), Fit(sizeMax: 10, badEntries: 5, ownBytes: 1));

    /// <summary>Of the message's own headers how many bytes, how many entries are described (each in its place, and whole), and how many are said to be left out.</summary>
    private static (int Own, int Described, int? LeftOut) Fit(int sizeMax, int badEntries, int reasonChars = 20, char reason = 'r', int ownBytes = 0)
    {
        KeyValuePair<string, string>[] original = ownBytes == 0 ? [] : [new("own", new string('h', ownBytes))];
        var headers = LetterFit.Headers(Letter(badEntries, reasonChars, reason), original, text => text, Size, sizeMax);
        Assert.True(headers.Sum(Size) <= Math.Max(sizeMax, Others(badEntries, reasonChars)), $"{headers.Sum(Size)} of {sizeMax}");
        var byName = headers.ToDictionary();
        var list = byName.TryGetValue(DeadLetter.EntriesHeader, out var json) ? JsonNode.Parse(json)!.AsArray() : [];
        Assert.Equal(Enumerable.Range(0, list.Count), list.Select(entry => (int)entry!["entry"]!));
        Assert.All(list, entry => Assert.Equal(("rejected", new string(reason, reasonChars)), ((string?)entry!["status"], (string?)entry["reason"])));
        Assert.Equal(badEntries.ToString(CultureInfo.InvariantCulture), byName[DeadLetter.CountHeader]);
        return (byName.GetValueOrDefault("own", "").Length, list.Count, byName.TryGetValue(DeadLetter.LeftOutHeader, out var leftOut) ? int.Parse(leftOut, CultureInfo.InvariantCulture) : null);
    }

    private static DeadLetter Letter(int badEntries, int reasonChars, char reason = 'r') => new(
        "usage", new FakeDelivery(1, "x"), [.. Enumerable.Range(0, badEntries).Select(i => new BadEntry(i, OutcomeStatus.Rejected, new string(reason, reasonChars)))]);

    /// <summary>What all headers take but the list of bad entries, with those of the list empty.</summary>
    private static int Others(int badEntries, int reasonChars = 20) =>
        Letter(badEntries, reasonChars).Headers.Sum(Size) + DeadLetter.EntriesHeader.Length + DeadLetter.LeftOutHeader.Length + badEntries.ToString(CultureInfo.InvariantCulture).Length;

    /// <summary>What the first of them take in the list.</summary>
    private static int ListChars(int count) =>
        "[]".Length + Math.Max(0, count - 1) + Enumerable.Range(0, count).Sum(entry => $$"""{"entry":{{entry}},"status":"rejected","reason":"{{new string('r', 20)}}"}""".Length);

    private static int Size(KeyValuePair<string, string> header) => header.Key.Length + header.Value.Length;
}
