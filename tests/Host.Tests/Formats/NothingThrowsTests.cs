using System.Text;
using CsCheck;
using GpuCredit.Host.Formats;
using GpuCredit.Host.Http;

namespace Host.Tests.Formats;

/// <summary>Whatever a message holds, it is read as drafts: nothing is thrown, and no draft is both an entry and a refusal.</summary>
public sealed class NothingThrowsTests
{
    private static readonly string[] Bodies =
    [
        """{"accountId":"a","usageId":"u","amount":1,"timestamp":2}""",
        """[{"accountId":"a","creditId":"u","amount":1,"timestamp":"2026-01-31T12:00:00Z","expiration":3},{"accountId":"a"}]""",
        """{"specversion":"1.0","id":"u","source":"/s","type":"gpucredit.usage.v1","subject":"a","time":"2026-01-31T12:00:00.5Z","data":{"amount":5}}""",
        """[{"specversion":"1.0","id":"u","source":"/s","type":"gpucredit.credit.v1","subject":"a","time":null,"data_base64":"eyJhbW91bnQiOjV9"}]""",
        """{"a":"acme","i":"u","n":5,"t":17,"k":"grant","rows":[{"i":1},{"i":"v"}],"x":{"y":[0.5,-1e3,true,null]}}""",
    ];

    /// <summary>What is spliced in: pieces that parsers trip over.</summary>
    private static readonly string[] Pieces =
        ["\"", "\\", "\\u", "\\ud800", "\\udc00", "\\u0000", "{", "}", "[", "]", ",", ":", "null", "1e400", "-", "0", ".", "e", "\n", "\0", "//", "'", "\uFEFF", "😀", "9999999999999999999999999999999999999999999"];

    private static readonly string?[] ContentTypes =
        [null, "", "application/json", "application/x-ndjson", "application/cloudevents+json", "application/cloudevents-batch+json", "application/cloudevents", "text/plain", ";;", "a/b; charset=\""];

    private static readonly Gen<byte[]> GenBody = Gen.Select(AnyOf(Bodies), Gen.Select(Gen.Double.Unit, Gen.Int[0, 3], AnyOf(Pieces), Gen.Byte).Array[0, 4], (body, edits) =>
    {
        var octets = Encoding.UTF8.GetBytes(body).ToList();
        foreach (var (where, what, piece, octet) in edits)
        {
            var at = (int)(where * octets.Count);
            if (what == 0)
                octets.InsertRange(at, Encoding.UTF8.GetBytes(piece));
            else if (what == 1 && at < octets.Count)
                octets.RemoveRange(at, Math.Min(octet % 8, octets.Count - at));
            else if (what == 2 && at < octets.Count)
                octets[at] = octet;
            else
                octets.InsertRange(at, octets.Skip(octet).Take(16).ToArray());
        }

        return octets.ToArray();
    });

    private static readonly Gen<KeyValuePair<string, string>[]> GenHeaders = Gen.Select(
        AnyOf("ce-id", "ce-", "ce_time", "CE-Type", "cloudEvents:subject", "ce-specversion", "content-type", "x"),
        Gen.OneOf(AnyOf("1.0", "%", "%4", "\"", "\\", "gpucredit.usage.v1", "\ud800", "%ED%A0%80", "application/json"), Gen.String[0, 8]),
        KeyValuePair.Create).Array[0, 6];

    private static readonly IEntryFormat[] Formats =
    [
        new JsonFormat(),
        new CloudEventsFormat(),
        Mappings.Format("Each=$.rows?", "Id=$.i + @.i?", "Amount=$.n * 1.5 + $.x.y[0]? - $.x.y[1]", "Rounding=half-even", "When=$.k != 'spend' && @.i != 3", "NumbersInStrings=true"),
        Mappings.Format("Kind=", "CreditWhen=$.k == 'grant'", "ExpiresAt=$.x.y[0]", "TimeUnit=unix-us", "TimeRounding=down", "Revision=$.n", "Priority=$.x.y[1]?"),
        Mappings.Format("Account=header['ce-id']", "Id=header.x? + ^.i? + @.i", "Amount=header.x? + 1", "Time=header['ce_time']", "TimeUnit=rfc3339", "Each=$.rows[*].rows?", "When=header.x != 'a'"),
        Mappings.Format("Time=$.time", "TimeUnit=rfc3339", "Account=$.subject", "Id=$.id", "Amount=$.data.amount", "IfZero=skip", "When=$.type == 'gpucredit.usage.v1' && $.data != 5 || $.x.y[1] == 0.5 || $.a", "Others=skip"),
    ];

    [Fact]
    public void Whatever_a_message_holds_it_is_read_as_drafts() =>
        Gen.Select(GenBody, AnyOf(ContentTypes), GenHeaders, Gen.Bool).Sample(
            (body, contentType, headers, areEncoded) =>
            {
                foreach (var format in Formats)
                    Assert.All(format.Read(new(body, contentType, headers, areEncoded)), IsOneOfBoth);
            },
            iter: 20_000);

    private static Gen<T> AnyOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(at => values[at]);

    private static void IsOneOfBoth(EntryDraft draft) => Assert.True(draft.Entry is null != draft.Refusal is null);
}
