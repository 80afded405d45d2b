using CreditActors.Ledger;
using GpuCredit.Host.Hosting;

namespace Host.Tests.Formats;

/// <summary>Where else than in one flat body a mapping finds its fields: in headers, and in arrays in arrays.</summary>
public sealed class MappingSourcesTests
{
    private const string Gives = """ExampleGives={"accountId":"acme","usageId":"u","amount":5,"timestamp":17}""";

    [Fact]
    public void Every_field_may_stand_in_a_header_whose_name_has_no_case()
    {
        var draft = Mappings.Format(
            "Account=header['X-Account']", "Id=header.region + '/' + $.i", "Amount=header.weight * $.n", "Time=header['x-time']", "TimeUnit=rfc3339", "Revision=header.edition")
            .EntryOf(Messages.Of(Mappings.Usage, null, "x-account=acme", "Region=eu", "WEIGHT=3", "X-Time=1970-01-01T00:00:01Z", "edition=2", "more=x"));
        Assert.Equal("acme", draft.AccountId);
        Assert.Equal(new Usage("eu/u", 15, 1_000, 2), draft.Entry);
    }

    [Theory]
    [InlineData("Account=header['x-account']", "accountId must be given at header['x-account']")]
    [InlineData("Amount=header.n", "amount must be a number of at most 40 digits at header.n", "n=five")]
    [InlineData("Amount=header.n", "amount must be a number of at most 40 digits at header.n", "n=5 ")]
    [InlineData("Amount=header.n", "amount must be a number of at most 40 digits at header.n", "n=5", "N=5")]
    [InlineData("Time=header.t", "timestamp must be a number of at most 40 digits at header.t", "t=")]
    public void What_a_header_does_not_give_is_refused_by_its_name(string line, string refusal, params string[] headers) =>
        Assert.Equal(refusal, Mappings.Format(line).RefusalOf(Messages.Of(Mappings.Usage, null, headers)));

    [Fact]
    public void A_header_that_is_there_twice_is_no_account_of_either()
    {
        var draft = Mappings.Format("Account=header.a").EntryOf(Messages.Of(Mappings.Usage, null, "a=acme", "a=evil"));
        Assert.Equal("acme, evil", draft.AccountId);
        Assert.NotNull(EntryRules.CheckAccountId(draft.AccountId));
    }

    [Fact]
    public void An_optional_header_that_is_not_there_counts_as_nothing() =>
        Assert.Equal(new Usage("u", 5, 17), Mappings.Format("Id=header.prefix? + $.i", "Amount=$.n + header.more?").EntryOf(Messages.Of(Mappings.Usage)).Entry);

    [Theory]
    [InlineData("header.kind == 'usage'", "kind=usage", true)]
    [InlineData("header.kind == 'usage'", "kind=other", false)]
    [InlineData("header.kind != null", "other=x", false)]
    [InlineData("header.kind", "Kind=", true)]
    public void A_condition_may_look_at_a_header(string when, string header, bool holds) =>
        Assert.Equal(holds ? 1 : 0, Mappings.Format("When=" + when, "Others=skip").Read(Messages.Of(Mappings.Usage, null, header)).Count);

    [Fact]
    public void A_header_belongs_to_every_record_of_its_message() =>
        Assert.Equal(
            ["acme/u", "acme/v"],
            Mappings.Format("Account=header.a").Read(Messages.Of(Mappings.Usage + "\n" + Mappings.Usage.Replace("\"u\"", "\"v\"", StringComparison.Ordinal), "application/x-ndjson", "a=acme")).Select(Show));

    [Fact]
    public void An_example_comes_with_its_headers()
    {
        Mappings.Checked("Account=header['X-Account']", "Example=" + Mappings.Usage, """ExampleHeaders={"x-account":"acme"}""", Gives);
        Assert.Equal(
            $"{Mappings.Key}:Example is refused by its own mapping: accountId must be given at header['X-Account'].",
            Refused("Account=header['X-Account']", "Example=" + Mappings.Usage, """ExampleHeaders={"account":"acme"}""", Gives));
        Assert.StartsWith(
            $"{Mappings.Key}:Example gives ",
            Refused("Account=header['X-Account']", "Example=" + Mappings.Usage, """ExampleHeaders={"x-account":"other"}""", Gives),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"x-account":5}""")]
    [InlineData("""{"x-account":"\ud800"}""")]
    [InlineData("""["acme"]""")]
    [InlineData("""{"a":"1","a":"2"}""")]
    public void Headers_of_an_example_that_are_no_headers_refuse_the_start(string headers) => Assert.StartsWith(
        $"{Mappings.Key}:ExampleHeaders must be a JSON object that gives each header's name a string, such as ",
        Refused("Example=" + Mappings.Usage, "ExampleHeaders=" + headers, Gives),
        StringComparison.Ordinal);

    [Fact]
    public void Records_in_arrays_in_an_array_are_read_with_what_they_lie_in()
    {
        const string Body = """
            {"id":"m","customers":[
                {"name":"acme","days":[{"day":1,"jobs":[{"j":"a","n":1},{"j":"b","n":2}]},{"day":2,"jobs":[]}]},
                {"name":"zen","days":[{"day":3,"jobs":[{"j":"c","n":3}]}]}]}
            """;
        var drafts = Mappings.Format("Each=$.customers[*].days[*].jobs", "Account=^^.name", "Id=$.id + '/' + @.j", "Amount=@.n", "Time=^.day").Read(Messages.Of(Body));
        Assert.Equal(["acme/m/a", "acme/m/b", "zen/m/c"], drafts.Select(Show));
        Assert.Equal([new Usage("m/a", 1, 1), new Usage("m/b", 2, 1), new Usage("m/c", 3, 3)], drafts.Select(draft => draft.Entry));
    }

    [Fact]
    public void An_array_may_lie_in_another_at_once() => Assert.Equal(
        ["acme/u", "acme/v"],
        Mappings.Format("Each=$[*]", "Account=@.a", "Id=@.i", "Amount=@.n", "Time=@.t").Read(Messages.Of($"[[{Mappings.Usage}],[{Mappings.Usage.Replace("\"u\"", "\"v\"", StringComparison.Ordinal)}]]")).Select(Show));

    [Theory]
    [InlineData("$.c[*].rows", "[\"acme/u\",\"body must be given at $.c[*].rows\",\"body must have an array at $.c[*].rows\"]")]
    [InlineData("$.c[*].rows?", "[\"acme/u\",\"body must have an array at $.c[*].rows\"]")]
    public void An_array_that_is_not_there_costs_only_itself(string each, string given)
    {
        var drafts = Mappings.Format("Each=" + each, "Account=@.a", "Id=@.i", "Amount=@.n", "Time=@.t").Read(Messages.Of($$"""{"c":[{"rows":[{{Mappings.Usage}}]},{},{"rows":5}]}"""));
        Assert.Equal(given, "[" + string.Join(",", drafts.Select(draft => $"\"{draft.Refusal?.ToString() ?? Show(draft)}\"")) + "]");
    }

    [Fact]
    public void Nested_records_are_bounded_together()
    {
        var tooMany = string.Join(",", Enumerable.Repeat($$"""{"rows":[{{string.Join(",", Enumerable.Repeat("{}", 101))}}]}""", 100));
        Assert.Equal("body must hold at most 10000 records", Mappings.Format("Each=$.c[*].rows").RefusalOf(Messages.Of($$"""{"c":[{{tooMany}}]}""")));
    }

    [Fact]
    public void Further_out_than_there_are_elements_is_nothing_which_the_example_shows() => Assert.Equal(
        $"{Mappings.Key}:Example is refused by its own mapping: accountId must be given at ^.a.",
        Refused("Account=^.a", "Example=" + Mappings.Usage, Gives));

    private static string Show(GpuCredit.Host.Http.EntryDraft draft) => $"{draft.AccountId}/{draft.Entry?.Id ?? draft.Refusal?.ToString()}";

    private static string Refused(params string[] lines) => Assert.Throws<StartRefusedException>(() => Mappings.Checked(lines)).Message;
}
