using System.Globalization;
using System.Numerics;
using System.Text;
using CreditActors.Ledger;
using CsCheck;
using GpuCredit.Host.Formats;

namespace Host.Tests.Formats;

public sealed class MappingFormatTests
{
    private const string Record = """{"a":"acme","i":"u","n":5,"t":17}""";

    [Fact]
    public void A_usage_is_where_the_mapping_says()
    {
        var draft = Mappings.Format("Account=$.who.tenant", "Id=$['event id'][1]", "Amount=$.n", "Time=$.at")
            .EntryOf(Messages.Of("""{"who":{"tenant":"acme"},"event id":["x","u"],"n":5,"at":17,"more":[{}]}"""));
        Assert.Equal("acme", draft.AccountId);
        Assert.Equal(new Usage("u", 5, 17), draft.Entry);
    }

    [Fact]
    public void A_credit_has_a_length_or_an_end()
    {
        Assert.Equal(
            new Credit("u", 5, 17, 2 * 86_400_000, 7, 3),
            Mappings.Format("Kind=credit", "Expiration=$.days * 86400000", "Priority=$.p", "Revision=$.r").EntryOf(Messages.Of("""{"a":"acme","i":"u","n":5,"t":17,"days":2,"p":7,"r":3}""")).Entry);
        Assert.Equal(
            new Credit("u", 5, 17_000, 3_000),
            Mappings.Format("Kind=credit", "ExpiresAt=$.end", "TimeUnit=unix-s").EntryOf(Messages.Of("""{"a":"acme","i":"u","n":5,"t":17,"end":20}""")).Entry);
    }

    [Theory]
    [InlineData("grant", EntryKind.Credit)]
    [InlineData("spend", EntryKind.Usage)]
    public void A_condition_may_tell_credits_from_usages(string type, EntryKind kind) =>
        Assert.Equal(kind, Mappings.Format("Kind=", "CreditWhen=$.type == 'grant'", "Expiration=60000").EntryOf(Messages.Of($$"""{"a":"acme","i":"u","n":5,"t":17,"type":"{{type}}"}""")).Entry!.Kind);

    [Theory]
    [InlineData("$.n", "5", 5)]
    [InlineData("$.n * 3 + $.m * 2", "5", 29)]
    [InlineData("$.n*3+$.m*2", "5", 29)]
    [InlineData("$.n * $.m", "5", 35)]
    [InlineData("2 * $.n * 3 - 1", "5", 29)]
    [InlineData("- $.n + 20", "5", 15)]
    [InlineData("-1 * $.n + 20", "5", 15)]
    [InlineData("$.n * -2 + 20", "5", 10)]
    [InlineData("$.n + $.none? * 9", "5", 5)]
    [InlineData("$.n + $.nothing?", "5", 5)]
    [InlineData("7", "5", 7)]
    [InlineData("$.n * 0.5 + $.m * 0.5", "5", 6)]
    [InlineData("$.n", "5.0", 5)]
    [InlineData("$.n", "5e2", 500)]
    [InlineData("$.n * 0.1", "30", 3)]
    [InlineData("$.n", "9007199254740991", 9_007_199_254_740_991)]
    [InlineData("$.n * 0.000000000000000000000001", "1000000000000000000000000", 1)]
    public void An_amount_is_a_sum_computed_exactly(string sum, string n, long amount) =>
        Assert.Equal(amount, Mappings.Format("Amount=" + sum, "Rounding=exact").EntryOf(Messages.Of($$"""{"a":"acme","i":"u","n":{{n}},"m":7,"nothing":null,"t":17}""")).Entry!.Amount);

    [Theory]
    [InlineData("up", "2.1", 3)]
    [InlineData("down", "2.9", 2)]
    [InlineData("half-even", "2.5", 2)]
    [InlineData("half-even", "3.5", 4)]
    [InlineData("up", "0.30000000000000004", 1)]
    public void A_fraction_is_rounded_as_the_mapping_says(string rounding, string n, long amount) =>
        Assert.Equal(amount, Mappings.Format("Rounding=" + rounding).EntryOf(Messages.Of($$"""{"a":"acme","i":"u","n":{{n}},"t":17}""")).Entry!.Amount);

    [Theory]
    [InlineData("$.n", "2.5", "amount must be whole: the mapping's Rounding is exact")]
    [InlineData("$.n", "-1", "amount must not be negative")]
    [InlineData("$.n", "\"5\"", "amount must be a number with no quotes at $.n")]
    [InlineData("$.n", "true", "amount must be a number with no quotes at $.n")]
    [InlineData("$.n", "null", "amount must be given at $.n")]
    [InlineData("$.n.m", "5", "amount must be given at $.n.m")]
    [InlineData("$.n[0]", "5", "amount must be given at $.n[0]")]
    [InlineData("$.n[1]", "[5]", "amount must be given at $.n[1]")]
    [InlineData("$.x", "5", "amount must be given at $.x")]
    [InlineData("$.x?.n", "5", null)]
    [InlineData("$.n?", "[]", "amount must be a number with no quotes at $.n")]
    [InlineData("$.n", "1e41", "amount must be a number of at most 40 digits at $.n")]
    public void A_wrong_amount_is_refused_by_its_path(string sum, string n, string? refusal)
    {
        if (refusal is null)
            Assert.ThrowsAny<Exception>(() => Mappings.Format("Amount=" + sum));
        else
            Assert.Equal(refusal, Mappings.Format("Amount=" + sum).RefusalOf(Messages.Of($$"""{"a":"acme","i":"u","n":{{n}},"t":17}""")));
    }

    [Theory]
    [InlineData("9007199254740992")]
    [InlineData("9223372036854775807")]
    [InlineData("9223372036854775808")]
    [InlineData("18446744073709551621")] // 5 modulo 2^64
    [InlineData("9999999999999999999999999999999999999999")]
    [InlineData("1e40")]
    public void An_amount_beyond_its_range_is_refused_by_the_ledger_and_never_wraps(string n)
    {
        var entry = Mappings.Format("Amount=$.n * $.n * $.n * $.n").EntryOf(Messages.Of($$"""{"a":"acme","i":"u","n":{{n}},"t":17}""")).Entry!;
        Assert.Equal("amount must be a whole number from 1 to 9007199254740991", EntryRules.Check(entry)!.ToString());
    }

    [Theory]
    [InlineData("IfZero=skip", "0", 0)]
    [InlineData("IfZero=skip", "0.0", 0)]
    [InlineData("IfZero=refuse", "0", 1)]
    [InlineData("IfZero=", "0", 1)]
    [InlineData("IfZero=skip", "1", 1)]
    public void An_amount_of_0_is_passed_over_where_the_mapping_says_so(string line, string n, int count) =>
        Assert.Equal((count, 1 - count), (Mappings.Format(line).Read(Messages.Of($$"""{"a":"acme","i":"u","n":{{n}},"t":17}"""), out var skipped).Count, skipped));

    [Fact]
    public void An_amount_of_0_in_a_higher_revision_is_a_void_and_never_passed_over() =>
        Assert.Equal(new Usage("u", 0, 17, 1), Mappings.Format("IfZero=skip", "Revision=1").EntryOf(Messages.Of("""{"a":"acme","i":"u","n":0,"t":17}""")).Entry);

    [Theory]
    [InlineData("rfc3339", "\"1970-01-01T00:00:17Z\"", 17_000)]
    [InlineData("rfc3339", "\"1970-01-01T01:00:17.5+01:00\"", 17_500)]
    [InlineData("unix-s", "17", 17_000)]
    [InlineData("unix-s", "17.5", 17_500)]
    [InlineData("unix-s", "-17", -17_000)]
    [InlineData("unix-ms", "17", 17)]
    [InlineData("unix-us", "17000", 17)]
    [InlineData("unix-ns", "17000000", 17)]
    [InlineData("unix-ns", "1769860800000000000", 1_769_860_800_000)]
    public void A_time_is_in_the_payloads_unit(string unit, string time, long ticks) =>
        Assert.Equal(ticks, Mappings.Format("TimeUnit=" + unit).EntryOf(Messages.Of($$"""{"a":"acme","i":"u","n":5,"t":{{time}}}""")).Entry!.Timestamp);

    [Theory]
    [InlineData("rfc3339", "\"1970-01-01T00:00:17.0009Z\"", 17_000)]
    [InlineData("rfc3339", "\"1969-12-31T23:59:59.9999Z\"", -1)]
    [InlineData("unix-s", "17.0009", 17_000)]
    [InlineData("unix-us", "17999", 17)]
    [InlineData("unix-us", "-1", -1)]
    [InlineData("unix-ns", "17999999", 17)]
    public void A_time_below_the_millisecond_is_cut_where_the_mapping_says_so(string unit, string time, long ticks) =>
        Assert.Equal(ticks, Mappings.Format("TimeUnit=" + unit, "TimeRounding=down").EntryOf(Messages.Of($$"""{"a":"acme","i":"u","n":5,"t":{{time}}}""")).Entry!.Timestamp);

    [Theory]
    [InlineData("rfc3339", "\"1970-01-01T00:00:17.0009Z\"", "timestamp must have no digit other than 0 below the millisecond")]
    [InlineData("rfc3339", "17", "timestamp must be an RFC 3339 string at $.t")]
    [InlineData("rfc3339", "null", "timestamp must be given at $.t")]
    [InlineData("unix-s", "17.0009", "timestamp must be a whole number of milliseconds at $.t")]
    [InlineData("unix-us", "17999", "timestamp must be a whole number of milliseconds at $.t")]
    [InlineData("unix-ns", "17", "timestamp must be a whole number of milliseconds at $.t")]
    [InlineData("unix-ms", "\"17\"", "timestamp must be a number with no quotes at $.t")]
    [InlineData("unix-ms", "null", "timestamp must be given at $.t")]
    public void A_wrong_time_is_refused(string unit, string time, string refusal) =>
        Assert.Equal(refusal, Mappings.Format("TimeUnit=" + unit).RefusalOf(Messages.Of($$"""{"a":"acme","i":"u","n":5,"t":{{time}}}""")));

    [Fact]
    public void A_time_or_a_length_beyond_64_bits_is_refused_by_the_ledger()
    {
        var usage = Mappings.Format("TimeUnit=unix-s").EntryOf(Messages.Of("""{"a":"acme","i":"u","n":5,"t":1e40}""")).Entry!;
        Assert.Equal("timestamp", EntryRules.Check(usage)!.Field);
        var credit = Mappings.Format("Kind=credit", "ExpiresAt=$.end").EntryOf(Messages.Of("""{"a":"acme","i":"u","n":5,"t":-1,"end":9223372036854775807}""")).Entry!;
        Assert.Equal("expiration", EntryRules.Check(credit)!.Field);
        credit = Mappings.Format("Kind=credit", "Expiration=$.l", "Priority=$.l").EntryOf(Messages.Of("""{"a":"acme","i":"u","n":5,"t":1,"l":18446744073709551616}""")).Entry!;
        Assert.Equal("expiration", EntryRules.Check(credit)!.Field);
        Assert.Equal("priority", EntryRules.Check(((Credit)credit) with { Expiration = 1 })!.Field);
        usage = Mappings.Format("Revision=$.r").EntryOf(Messages.Of("""{"a":"acme","i":"u","n":5,"t":1,"r":4294967296}""")).Entry!;
        Assert.Equal("revision", EntryRules.Check(usage)!.Field);
    }

    [Theory]
    [InlineData("Expiration=$.x", "expiration must be given at $.x")]
    [InlineData("Expiration=$.f", "expiration must be whole, and nothing says how to round it")]
    [InlineData("Expiration=1;Priority=$.f", "priority must be whole, and nothing says how to round it")]
    [InlineData("Expiration=1;Revision=$.f", "revision must be whole, and nothing says how to round it")]
    [InlineData("ExpiresAt=$.x", "expiration must be given at $.x")]
    public void A_wrong_field_of_a_credit_is_refused(string lines, string refusal) =>
        Assert.Equal(refusal, Mappings.Format(["Kind=credit", .. lines.Split(';')]).RefusalOf(Messages.Of("""{"a":"acme","i":"u","n":5,"t":17,"f":0.5}""")));

    [Theory]
    [InlineData("$.i", "u")]
    [InlineData("$.s + '/' + $.i", "svc/u")]
    [InlineData("'it''s ' + $.i", "it's u")]
    [InlineData("$.n + $.none? + 'x'", "5x")]
    [InlineData("'constant'", "constant")]
    public void An_id_may_be_joined_from_pieces(string id, string joined) =>
        Assert.Equal(joined, Mappings.Format("Id=" + id).EntryOf(Messages.Of("""{"a":"acme","i":"u","s":"svc","n":5,"t":17}""")).Entry!.Id);

    [Theory]
    [InlineData("""{"a":"acme","n":5,"t":17}""", "usageId must be given at $.i")]
    [InlineData("""{"a":"acme","i":true,"n":5,"t":17}""", "usageId must be a string or a whole number at $.i")]
    [InlineData("""{"a":"acme","i":1.5,"n":5,"t":17}""", "usageId must be a string or a whole number at $.i")]
    [InlineData("""{"a":"acme","i":1e5,"n":5,"t":17}""", "usageId must be a string or a whole number at $.i")]
    [InlineData("""{"a":["acme"],"i":"u","n":5,"t":17}""", "accountId must be a string or a whole number at $.a")]
    [InlineData("""{"i":"u","n":5,"t":17}""", "accountId must be given at $.a")]
    [InlineData("""{"A":"acme","i":"u","n":5,"t":17}""", "accountId must be given at $.a")]
    [InlineData("17", "accountId must be given at $.a")]
    [InlineData("[]", "accountId must be given at $.a")]
    [InlineData("null", "accountId must be given at $.a")]
    [InlineData("", "body must be valid JSON, at most 64 levels deep and with no name twice in one object")]
    [InlineData("{", "body must be valid JSON, at most 64 levels deep and with no name twice in one object")]
    [InlineData("{} {}", "body must be valid JSON, at most 64 levels deep and with no name twice in one object")]
    [InlineData("""{"a":"acme","i":"u","n":5,"t":17,}""", "body must be valid JSON, at most 64 levels deep and with no name twice in one object")]
    [InlineData("""{"a":"acme","i":"u","n":5,"n":6,"t":17}""", "body must be valid JSON, at most 64 levels deep and with no name twice in one object")]
    [InlineData("""{"a":"acme","i":"u","n":5,"\u006e":6,"t":17}""", "body must be valid JSON, at most 64 levels deep and with no name twice in one object")]
    [InlineData("""{"a":"acme","i":"u","n":5,"t":17,"x":{"y":1,"y":2}}""", "body must be valid JSON, at most 64 levels deep and with no name twice in one object")]
    [InlineData("""{"a":"\ud800","i":"u","n":5,"t":17}""", "body must be UTF-8, and its escapes Unicode")]
    [InlineData("""{"a":"acme","i":"u","n":5,"t":17,"\ud800":1}""", "body must be UTF-8, and its escapes Unicode")]
    public void A_message_that_does_not_fit_is_one_refusal(string body, string refusal) => Assert.Equal(refusal, Mappings.Format().RefusalOf(Messages.Of(body)));

    [Fact]
    public void What_is_no_UTF_8_is_refused()
    {
        var body = Encoding.UTF8.GetBytes(Record);
        body[Record.IndexOf("acme", StringComparison.Ordinal)] = 0xFF;
        Assert.Equal("body must be UTF-8, and its escapes Unicode", Mappings.Format().RefusalOf(Messages.Of(body)));
    }

    [Theory]
    [InlineData(64, false)]
    [InlineData(65, true)]
    [InlineData(1_000_000, true)]
    public void A_message_may_be_64_levels_deep(int levels, bool isTooDeep)
    {
        var body = Record[..^1] + ",\"x\":" + new string('[', levels - 1) + new string(']', levels - 1) + "}";
        Assert.Equal(isTooDeep, Mappings.Format().Read(Messages.Of(body))[0].Refusal is not null);
    }

    [Theory]
    [InlineData("\"5\"", 5)]
    [InlineData("5", 5)]
    [InlineData("\"5e0\"", 5)]
    public void A_number_may_be_in_a_string_where_the_mapping_says_so(string n, long amount) =>
        Assert.Equal(amount, Mappings.Format("NumbersInStrings=true").EntryOf(Messages.Of($$"""{"a":"acme","i":"u","n":{{n}},"t":"17"}""")).Entry!.Amount);

    [Theory]
    [InlineData("$.n == 5", true)]
    [InlineData("$.n == 5.0", true)]
    [InlineData("$.n != 5", false)]
    [InlineData("$.n == 6", false)]
    [InlineData("$.i == 5", false)]
    [InlineData("$.i != 5", true)]
    [InlineData("$.n == '5'", true)]
    public void So_it_may_in_a_condition(string when, bool holds) =>
        Assert.Equal(holds ? 1 : 0, Mappings.Format("NumbersInStrings=true", "When=" + when, "Others=skip").Read(Messages.Of("""{"a":"acme","i":"u","n":"5","t":17}""")).Count);

    [Fact]
    public void Where_the_mapping_does_not_say_so_a_string_is_no_number_in_a_condition_either() =>
        Assert.Empty(Mappings.Format("When=$.i == 5", "Others=skip").Read(Messages.Of("""{"a":"acme","i":"5","n":5,"t":17}""")));

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\" 5\"")]
    [InlineData("\"+5\"")]
    [InlineData("\"5,0\"")]
    [InlineData("\"0x5\"")]
    [InlineData("\"five\"")]
    public void A_string_that_holds_no_number_is_none(string n) =>
        Assert.Equal("amount must be a number of at most 40 digits at $.n", Mappings.Format("NumbersInStrings=true").RefusalOf(Messages.Of($$"""{"a":"acme","i":"u","n":{{n}},"t":17}""")));

    [Theory]
    [InlineData("$.type == 'x'", true)]
    [InlineData("$.type=='y'", false)]
    [InlineData("$.type != 'y'", true)]
    [InlineData("$.type != 'x'", false)]
    [InlineData("$.n == 5", true)]
    [InlineData("$.n == 5.00", true)]
    [InlineData("$.n == '5'", false)]
    [InlineData("$.n != 4", true)]
    [InlineData("$.yes == true", true)]
    [InlineData("$.yes == false", false)]
    [InlineData("$.yes", true)]
    [InlineData("$.none", false)]
    [InlineData("$.nothing", false)]
    [InlineData("$.none == null", true)]
    [InlineData("$.nothing == null", true)]
    [InlineData("$.nothing != null", false)]
    [InlineData("$.none != 'x'", true)]
    [InlineData("$.type == 'x' && $.n == 5", true)]
    [InlineData("$.type == 'x' && $.n == 6", false)]
    [InlineData("$.type == 'y' || $.n == 5", true)]
    [InlineData("$.type == 'y' && $.n == 6 || $.yes", true)]
    [InlineData("$.yes || $.type == 'y' && $.n == 6", true)]
    public void Other_messages_are_passed_over_or_refused(string when, bool holds)
    {
        var message = Messages.Of("""{"a":"acme","i":"u","n":5,"t":17,"type":"x","yes":true,"nothing":null}""");
        Assert.Equal(holds ? (1, 0) : (0, 1), (Mappings.Format("When=" + when, "Others=skip").Read(message, out var skipped).Count, skipped));
        Assert.Equal(holds ? null : "body must be what the mapping's When names", Assert.Single(Mappings.Format("When=" + when).Read(message)).Refusal?.ToString());
    }

    /// <summary>A field that is there with another value says that this is another kind of record; one that isn't there says nothing.</summary>
    [Theory]
    [InlineData("$.type == 'x'", """[{"type":"x"}]""", "body must be an object and have $.type, which the mapping's When looks at")]
    [InlineData("$.type == 'x'", "\"hello\"", "body must be an object and have $.type, which the mapping's When looks at")]
    [InlineData("$.type == 'x'", "17", "body must be an object and have $.type, which the mapping's When looks at")]
    [InlineData("$.type == 'x'", "null", "body must be an object and have $.type, which the mapping's When looks at")]
    [InlineData("$[0] == 'x'", "{}", "body must be an array and have $[0], which the mapping's When looks at")]
    [InlineData("$[0] == 'x'", "[]", "body must have $[0], which the mapping's When looks at")]
    [InlineData("$[0] == 'x'", """["y"]""", null)]
    [InlineData("$.type == 'x'", "{}", "body must have $.type, which the mapping's When looks at")]
    [InlineData("$.type == 'x'", """{"type":null}""", "body must have $.type, which the mapping's When looks at")]
    [InlineData("$.type == 'x'", """{"type":"y"}""", null)]
    [InlineData("$.type == 'x'", """{"type":{}}""", null)]
    [InlineData("$.type.name == 'x'", """{"type":"x"}""", "body must have $.type.name, which the mapping's When looks at")]
    [InlineData("$.type == 'x' && $.n == 1", """{"type":"y"}""", null)]
    [InlineData("$.type == 'x' && $.n == 1", """{"n":2}""", null)]
    [InlineData("$.type == 'x' && $.n == 1", """{"type":"x"}""", "body must have $.n, which the mapping's When looks at")]
    [InlineData("$.type == 'x' && $.n == 1", """{"n":1}""", "body must have $.type, which the mapping's When looks at")]
    [InlineData("$.type == 'x' || $.n == 1", """{"type":"y"}""", "body must have $.n, which the mapping's When looks at")]
    [InlineData("$.type == 'x' || $.n == 1", """{"type":"y","n":2}""", null)]
    [InlineData("$.n", "{}", null)]
    [InlineData("$.n != null", """{"n":null}""", null)]
    [InlineData("$.n", "[1]", "body must be an object and have $.n, which the mapping's When looks at")]
    [InlineData("$.n == null", """{"n":1}""", null)]
    [InlineData("$.type != null && $.type == 'x'", "{}", null)]
    [InlineData("header.kind == 'x'", "{}", "headers must have header.kind, which the mapping's When looks at")]
    [InlineData("header.kind", "{}", null)]
    public void A_record_that_does_not_say_what_it_is_is_refused_and_not_passed_over(string when, string body, string? refusal)
    {
        var skipping = Mappings.Format("When=" + when, "Others=skip").Read(Messages.Of(body));
        string[] refusals = refusal is null ? [] : [refusal];
        Assert.Equal(refusals, skipping.Select(draft => draft.Refusal!.ToString()));
        Assert.Equal(refusal ?? "body must be what the mapping's When names", Mappings.Format("When=" + when).RefusalOf(Messages.Of(body)));
    }

    [Fact]
    public void A_record_of_an_array_that_does_not_say_what_it_is_costs_only_itself() => Assert.Equal(
        ["body must be an object and have @.k, which the mapping's When looks at", "u", "body must have @.k, which the mapping's When looks at"],
        Mappings.Format("Each=$.rows", "Account=$.a", "Id=@.i", "Amount=1", "Time=$.t", "When=@.k == 'x'", "Others=skip")
            .Read(Messages.Of("""{"a":"acme","t":17,"rows":[["x"],{"k":"y"},{"k":"x","i":"u"},{"i":"v"}]}"""))
            .Select(draft => draft.Refusal?.ToString() ?? draft.Entry!.Id));

    [Fact]
    public void A_message_may_hold_many_records()
    {
        var drafts = Mappings.Format("Each=$.rows", "Id=@.i", "Amount=@.n * $.weight", "When=@.n != 3", "Others=skip")
            .Read(Messages.Of("""{"a":"acme","t":17,"weight":2,"rows":[{"i":"u","n":1},{"i":"v","n":2},{"i":"w","n":3},{"i":"x"}]}"""));
        Assert.Equal([new Usage("u", 2, 17), new Usage("v", 4, 17), null], drafts.Select(draft => (Usage?)draft.Entry));
        Assert.Equal("amount must be given at @.n", drafts[2].Refusal!.ToString());
    }

    [Theory]
    [InlineData("$", "[{\"i\":\"u\"},{\"i\":\"v\"}]", 2, null)]
    [InlineData("$.rows", "{\"rows\":[]}", 0, null)]
    [InlineData("$.rows?", "{}", 0, null)]
    [InlineData("$.rows", "{}", 1, "body must be given at $.rows")]
    [InlineData("$.rows", "{\"rows\":{}}", 1, "body must have an array at $.rows")]
    [InlineData("$.rows?", "{\"rows\":7}", 1, "body must have an array at $.rows")]
    public void The_records_are_an_array_of_the_message(string each, string body, int count, string? refusal)
    {
        var drafts = Mappings.Format("Each=" + each, "Account='acme'", "Id=@.i", "Amount=1", "Time=@.t").Read(Messages.Of(body));
        Assert.Equal(count, drafts.Count);
        if (refusal is not null)
            Assert.Equal(refusal, drafts[0].Refusal!.ToString());
    }

    [Fact]
    public void Lines_are_messages_of_their_own()
    {
        var drafts = Mappings.Format().Read(Messages.Of($"{Record}\n\n{{broken\n{Record}\r\n", "application/x-ndjson"));
        Assert.Equal([false, true, false], drafts.Select(draft => draft.Refusal is not null));
    }

    [Theory]
    [InlineData("Each=$", "[{\"n\":0},{\"n\":1,\"k\":1},{\"n\":2},{},{\"n\":0}]", null, 2, 3)]
    [InlineData("Each=$", "[]", null, 0, 0)]
    [InlineData("", "{\"n\":0}\n\n{\"n\":1,\"k\":1}\n{\"n\":2}\n", "application/x-ndjson", 1, 2)]
    public void What_is_passed_over_is_counted(string each, string body, string? contentType, int drafts, int skipped)
    {
        var at = each.Length > 0 ? "@" : "$";
        var format = Mappings.Format(each.Length > 0 ? each : "Each=", "Account='acme'", "Id='u'", $"Amount={at}.n", "Time=header.t", "IfZero=skip", $"When={at}.k == null", "Others=skip");
        Assert.Equal((drafts, skipped), (format.Read(Messages.Of(body, contentType, "t=17"), out var counted).Count, counted));
    }

    [Fact]
    public void A_message_holds_as_many_records_as_a_request_holds_entries()
    {
        var format = Mappings.Format("Each=$");
        string Body(int count) => "[" + string.Join(',', Enumerable.Repeat("1", count)) + "]";
        Assert.Equal(10_000, format.Read(Messages.Of(Body(10_000))).Count);
        Assert.Equal("body must hold at most 10000 records", format.RefusalOf(Messages.Of(Body(10_001))));
        Assert.Equal("body must hold at most 10000 records", format.RefusalOf(Messages.Of(string.Concat(Enumerable.Repeat("1\n", 10_001)), "application/x-ndjson")));
        Assert.Equal("body must have at most 8388608 bytes", format.RefusalOf(Messages.Of(new byte[FormatLimits.MessageBytesMax + 1])));
    }

    [Fact]
    public void Texts_that_are_too_long_for_an_id_are_not_joined() =>
        Assert.Equal("usageId must have at most 128 characters", Mappings.Format("Id=$.i + $.i").RefusalOf(Messages.Of($$"""{"a":"acme","i":"{{new string('u', 65)}}","n":5,"t":17}""")));

    /// <summary>Two weights, judged by integers of any size.</summary>
    [Fact]
    public void A_weighed_sum_is_exact_and_rounded_once() =>
        Gen.Select(Gen.Long[0, 1_000_000_000_000], Gen.Long[0, 1_000_000_000_000], Gen.Int[0, 99_999], Gen.Int[0, 99_999]).Sample((n, m, first, second) =>
        {
            string Weight(int thousandths) => (thousandths / 1000m).ToString("0.000", CultureInfo.InvariantCulture);
            var entry = Mappings.Format($"Amount=$.n * {Weight(first)} + $.m * {Weight(second)} + 1", "Rounding=up")
                .EntryOf(Messages.Of($$"""{"a":"acme","i":"u","n":{{n}},"m":{{m}},"t":17}""")).Entry!;
            Assert.Equal((((BigInteger)n * first) + ((BigInteger)m * second) + 1999) / 1000, entry.Amount);
        });
}
