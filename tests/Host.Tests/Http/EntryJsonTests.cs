using System.Globalization;
using System.Text;
using System.Text.Json;
using CreditActors.Ledger;
using CsCheck;
using GpuCredit.Host.Http;

namespace Host.Tests.Http;

public sealed class EntryJsonTests
{
    private const string Credit = """{"creditId":"c","amount":10,"timestamp":20,"expiration":30}""";
    private const string Usage = """{"usageId":"u","amount":10,"timestamp":20}""";

    private static readonly Gen<string> GenId = Gen.String[Gen.Char['!', '~'], 1, Limits.IdCharsMax];

    [Fact]
    public void What_is_left_out_has_its_default() =>
        Assert.Equal(new Credit("c", 10, 20, 30, 50, 0), Read(Credit, EntryShape.Credit).Entry);

    [Theory]
    [InlineData(EntryShape.Credit, """{"amount":1,"timestamp":1,"expiration":1}""", "creditId", "must be given")]
    [InlineData(EntryShape.Credit, """{"creditId":"c","timestamp":1,"expiration":1}""", "amount", "must be given")]
    [InlineData(EntryShape.Credit, """{"creditId":"c","amount":1,"expiration":1}""", "timestamp", "must be given")]
    [InlineData(EntryShape.Credit, """{"creditId":"c","amount":1,"timestamp":1}""", "expiration", "must be given")]
    [InlineData(EntryShape.Usage, """{}""", "usageId", "must be given")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":1,"timestamp":1,"expiration":1}""", "expiration", "is not a field here")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":1,"timestamp":1,"priority":1}""", "priority", "is not a field here")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":1,"timestamp":1,"accountId":"a"}""", "accountId", "is not a field here")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","Amount":1,"timestamp":1}""", "Amount", "is not a field here")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":1,"timestamp":1,"note":{"deep":[1]}}""", "note", "is not a field here")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":1,"timestamp":1,"revisions":1}""", "revisions", "is not a field here")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":1,"timestamp":1,"revisio":1}""", "revisio", "is not a field here")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":1,"amount":1,"timestamp":1}""", "amount", "must be given once")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":1,"\u0061mount":1,"timestamp":1}""", "amount", "must be given once")]
    [InlineData(EntryShape.Usage, """{"\ud800":"a","amount":1,"timestamp":1}""", "\uFFFD", "is not a field here")]
    [InlineData(EntryShape.Usage, """{"amoun\ud800":1,"timestamp":1}""", "\uFFFD", "is not a field here")]
    [InlineData(EntryShape.Usage, """{"usageId\udc00":"x"}""", "\uFFFD", "is not a field here")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":"1","timestamp":1}""", "amount", "must be a whole number, with no quotes")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":1.0,"timestamp":1}""", "amount", "must be a whole number")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":1e3,"timestamp":1}""", "amount", "must be a whole number")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":1E3,"timestamp":1}""", "amount", "must be a whole number")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":null,"timestamp":1}""", "amount", "must be a whole number")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":true,"timestamp":1}""", "amount", "must be a whole number")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":[1],"timestamp":1}""", "amount", "must be a whole number")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":01,"timestamp":1}""", "amount", "must be valid JSON")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":+1,"timestamp":1}""", "amount", "must be valid JSON")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":NaN,"timestamp":1}""", "amount", "must be valid JSON")]
    [InlineData(EntryShape.Usage, """{"usageId":5,"amount":1,"timestamp":1}""", "usageId", "must be a string")]
    [InlineData(EntryShape.Usage, """{"usageId":null,"amount":1,"timestamp":1}""", "usageId", "must be a string")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":1,"timestamp":null}""", "timestamp", "must be a whole number of ticks")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":1,"timestamp":"5"}""", "timestamp", "must be a whole number of ticks, or an RFC 3339")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":1,"timestamp":"\ud800"}""", "timestamp", "must be a whole number of ticks, or an RFC 3339")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":1,"timestamp":1,"revision":1.5}""", "revision", "must be a whole number")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":1,"timestamp":1,"revision":null}""", "revision", "must be a whole number")]
    [InlineData(EntryShape.Credit, """{"creditId":"c","amount":1,"timestamp":1,"expiration":1,"priority":null}""", "priority", "must be a whole number")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":1,"timestamp":1,}""", "body", "must be valid JSON")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":1,"timestamp":1}{}""", "body", "must be valid JSON")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":1,"timestamp":1} x""", "body", "must be valid JSON")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":1,"timestamp":1 """, "body", "must be valid JSON")]
    [InlineData(EntryShape.Usage, """{"usageId":"u","amount":1,/* one */"timestamp":1}""", "body", "must be valid JSON")]
    [InlineData(EntryShape.Usage, """{'usageId':'u'}""", "body", "must be valid JSON")]
    [InlineData(EntryShape.Usage, "", "body", "must be valid JSON")]
    [InlineData(EntryShape.Usage, "null", "body", "must be one JSON object")]
    [InlineData(EntryShape.Usage, "[]", "body", "must be one JSON object")]
    [InlineData(EntryShape.Usage, "7", "body", "must be one JSON object")]
    [InlineData(EntryShape.WithAccount, """{"creditId":"c","amount":1,"timestamp":1,"expiration":1}""", "accountId", "must be given")]
    [InlineData(EntryShape.WithAccount, """{"accountId":"a","amount":1,"timestamp":1}""", "creditId", "or usageId must be given")]
    [InlineData(EntryShape.WithAccount, """{"accountId":"a","creditId":"c","usageId":"u","amount":1,"timestamp":1}""", "creditId", "or usageId must be given, and only one")]
    [InlineData(EntryShape.WithAccount, """{"accountId":"a","usageId":"u","amount":1,"timestamp":1,"expiration":1}""", "expiration", "is not a field of a usage")]
    [InlineData(EntryShape.WithAccount, """{"accountId":"a","usageId":"u","amount":1,"timestamp":1,"priority":1}""", "priority", "is not a field of a usage")]
    public void A_refusal_names_the_field_and_the_rule(object shape, string json, string field, string rule)
    {
        var refusal = Read(json, (EntryShape)shape).Refusal;
        Assert.NotNull(refusal);
        Assert.Equal(field, refusal.Field);
        Assert.StartsWith(rule, refusal.Rule, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("amount", "9223372036854775808")]
    [InlineData("amount", "-9223372036854775809")]
    [InlineData("amount", "9007199254740992")]
    [InlineData("amount", "-1")]
    [InlineData("amount", "0")]
    [InlineData("timestamp", "9223372036854775808")]
    [InlineData("timestamp", "-99999999999999999999999999999999")]
    [InlineData("timestamp", "9007199254740992")]
    [InlineData("expiration", "18446744073709551616")]
    [InlineData("expiration", "-1")]
    [InlineData("priority", "4294967346")]
    [InlineData("priority", "101")]
    [InlineData("priority", "-1")]
    [InlineData("revision", "2147483648")]
    [InlineData("revision", "4294967296")]
    [InlineData("revision", "-4294967296")]
    [InlineData("revision", "99999999999999999999")]
    public void A_number_beyond_its_range_is_refused_by_the_ledger_whatever_its_size(string field, string number)
    {
        var fields = new Dictionary<string, string>
        {
            ["creditId"] = "\"c\"", ["amount"] = "1", ["timestamp"] = "1", ["expiration"] = "1", ["priority"] = "1", ["revision"] = "0",
            [field] = number,
        };
        var draft = Read("{" + string.Join(',', fields.Select(pair => $"\"{pair.Key}\":{pair.Value}")) + "}", EntryShape.Credit);
        var refusal = EntryRules.Check(draft.Entry!);
        Assert.NotNull(refusal);
        Assert.Equal(field, refusal.Field);
        Assert.Contains("must be a whole number from", refusal.Rule, StringComparison.Ordinal);
    }

    [Fact]
    public void An_id_that_is_no_Unicode_is_an_id_that_the_ledger_refuses()
    {
        var draft = Read("""{"usageId":"\ud800","amount":1,"timestamp":1}""", EntryShape.Usage);
        Assert.Equal("usageId", EntryRules.Check(draft.Entry!)!.Field);
        var octets = Encoding.UTF8.GetBytes(Usage);
        octets[Usage.IndexOf(":\"u\"", StringComparison.Ordinal) + 2] = 0xFF;
        Assert.Equal("usageId", EntryRules.Check(EntryJson.Read(octets, EntryShape.Usage).Entry!)!.Field);
    }

    [Fact]
    public void The_name_of_an_unknown_field_is_shown_in_part()
    {
        var refusal = Read($"{{\"{new string('x', 1000)}\":1}}", EntryShape.Usage).Refusal!;
        Assert.Equal(new string('x', 64), refusal.Field);
    }

    [Fact]
    public void A_million_levels_are_refused_like_one()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 1_000_000));
        Assert.Equal("amount", Read($$"""{"usageId":"u","amount":{{deep}}""", EntryShape.Usage).Refusal!.Field);
        Assert.Equal("body", Read(deep, EntryShape.Usage).Refusal!.Field);
    }

    [Fact]
    public void A_valid_entry_survives_format_and_parse()
    {
        var credit = Gen.Select(GenId, Gen.Long[0, Limits.AmountMax], Gen.Long[-Limits.TicksMax, 0], Gen.Long[0, Limits.ExpirationMax], Gen.Int[0, 100], Gen.Int[0, int.MaxValue])
            .Select((id, amount, timestamp, expiration, priority, revision) => (Entry)new Credit(id, amount, timestamp, expiration, priority, revision));
        var usage = Gen.Select(GenId, Gen.Long[0, Limits.AmountMax], Gen.Long[-Limits.TicksMax, Limits.TicksMax], Gen.Int[0, int.MaxValue])
            .Select((id, amount, timestamp, revision) => (Entry)new Usage(id, amount, timestamp, revision));
        Gen.Select(Gen.OneOf(credit, usage), GenId, Gen.Shuffle(Enumerable.Range(0, 7).ToArray())).Sample((entry, accountId, order) =>
        {
            var draft = Read(Format(entry, accountId, order), EntryShape.WithAccount);
            Assert.Null(draft.Refusal);
            Assert.Equal(accountId, draft.AccountId);
            Assert.Equal(entry, draft.Entry);
        });
    }

    private static EntryDraft Read(string json, EntryShape shape) => EntryJson.Read(Encoding.UTF8.GetBytes(json), shape);

    private static string Format(Entry entry, string accountId, int[] order)
    {
        string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
        List<(string Name, string Value)> fields =
        [
            ("accountId", JsonSerializer.Serialize(accountId)), ("amount", Number(entry.Amount)), ("timestamp", Number(entry.Timestamp)), ("revision", Number(entry.Revision)),
        ];
        if (entry is Credit credit)
            fields.AddRange([("creditId", JsonSerializer.Serialize(entry.Id)), ("expiration", Number(credit.Expiration)), ("priority", Number(credit.Priority))]);
        else
            fields.Add(("usageId", JsonSerializer.Serialize(entry.Id)));
        return "\t{ " + string.Join(" ,\r\n", order.Where(at => at < fields.Count).Select(at => $"\"{fields[at].Name}\" : {fields[at].Value}")) + " } \n";
    }
}
