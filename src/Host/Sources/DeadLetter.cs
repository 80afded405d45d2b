using System.Globalization;
using System.Text;
using System.Text.Json;
using GpuCredit.Host.Http;

namespace GpuCredit.Host.Sources;

/// <summary>
/// A message with entries that can never succeed, on its way to the source's dead-letter place: its bytes and headers as they
/// came, and beside them headers that say why. One letter a message, however many of its entries are bad: a letter an entry
/// would make ten thousand copies of a message of ten thousand.
/// </summary>
/// <param name="Source">The source's name.</param>
/// <param name="Delivery">The message.</param>
/// <param name="Entries">Which of its entries are bad, and why; at least one.</param>
internal sealed record DeadLetter(string Source, Delivery Delivery, IReadOnlyList<BadEntry> Entries)
{
    public const string HeaderPrefix = "gpucredit-";
    public const string IdHeader = HeaderPrefix + "id";
    public const string SourceHeader = HeaderPrefix + "source";
    public const string PositionHeader = HeaderPrefix + "position";
    public const string StatusHeader = HeaderPrefix + "status";
    public const string ReasonHeader = HeaderPrefix + "reason";
    public const string CountHeader = HeaderPrefix + "bad-count";
    public const string EntriesHeader = HeaderPrefix + "bad-entries";

    /// <summary>How many of the bad entries <see cref="EntriesHeader"/> leaves out, the last ones. Only where it leaves out any.</summary>
    public const string LeftOutHeader = EntriesHeader + "-left-out";

    /// <summary>Which part of how many, from 1: <c>1/2</c>. Only on letters that are parts.</summary>
    public const string PartHeader = HeaderPrefix + "part";

    private const int ReasonCharsMax = 400;

    /// <summary>The same for a letter that had to be written again, since it isn't known whether the first was stored.</summary>
    public string Id => $"{Source}/{Delivery.Position}";

    /// <summary>All but what <see cref="EntriesHeader"/> and <see cref="LeftOutHeader"/> say. Printable ASCII, which every broker carries as it is.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers =>
    [
        new(IdHeader, Printable(Id)),
        new(SourceHeader, Source),
        new(PositionHeader, Printable(Delivery.Position)),
        new(StatusHeader, OutcomeTable.Row(Entries[0].Status).Name),
        new(ReasonHeader, Printable(Entries[0].Reason)),
        new(CountHeader, Entries.Count.ToString(CultureInfo.InvariantCulture)),
    ];

    /// <summary>Ours are written anew: a message that was a dead letter before, and was sent again as it is, has them already.</summary>
    public static bool IsOurs(string header) => header.StartsWith(HeaderPrefix, StringComparison.OrdinalIgnoreCase);

    /// <summary>The first bad entries one by one, in JSON and printable ASCII: as many as <paramref name="charsMax"/> characters hold.</summary>
    /// <returns>What <see cref="EntriesHeader"/> says, and how many entries that is.</returns>
    public (string Json, int Count) Describe(int charsMax)
    {
        var described = new StringBuilder("[");
        var count = 0;
        foreach (var entry in Entries)
        {
            var one = (count == 0 ? "" : ",") + Describe(entry);
            if (described.Length + one.Length + "]".Length > charsMax)
                break;
            described.Append(one);
            count++;
        }

        return (described.Append(']').ToString(), count);
    }

    private static string Describe(BadEntry entry)
    {
        using var octets = new MemoryStream();
        using (var json = new Utf8JsonWriter(octets))
        {
            json.WriteStartObject();
            json.WriteNumber("entry", entry.Index);
            json.WriteString("status", OutcomeTable.Row(entry.Status).Name);
            json.WriteString("reason", Printable(entry.Reason));
            json.WriteEndObject();
        }

        return Encoding.ASCII.GetString(octets.ToArray());
    }

    /// <summary>A reason may quote what was sent.</summary>
    private static string Printable(string text)
    {
        var plain = new StringBuilder(Math.Min(text.Length, ReasonCharsMax));
        foreach (var character in text.AsSpan(0, Math.Min(text.Length, ReasonCharsMax)))
            plain.Append(character is >= ' ' and <= '~' ? character : '?');
        return plain.ToString();
    }
}
