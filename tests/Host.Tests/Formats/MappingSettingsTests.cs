using GpuCredit.Host.Formats.Mapping;
using GpuCredit.Host.Hosting;
using Host.Tests.EventStore;

namespace Host.Tests.Formats;

public sealed class MappingSettingsTests
{
    private const string Key = Mappings.Key;
    private const string Gives = """ExampleGives={"accountId":"acme","usageId":"u","amount":5,"timestamp":17}""";

    [Fact]
    public void A_mapping_that_gives_what_its_example_says_is_taken() => Mappings.Checked("Example=" + Mappings.Usage, Gives);

    [Theory]
    [InlineData("Kind=Usage")]
    [InlineData("TimeUnit=Unix-MS")]
    [InlineData("Rounding=UP")]
    [InlineData("When=$.a;Others=Skip")]
    public void Words_may_be_written_in_any_case(string lines) => Mappings.Checked([.. lines.Split(';'), "Example=" + Mappings.Usage, Gives]);

    [Theory]
    [InlineData("Account=", "Account must be given: where the account stands, such as $.subject.")]
    [InlineData("Id=", "Id must be given: where the creditId or usageId stands, such as $.id.")]
    [InlineData("Amount=", "Amount must be given: where the amount stands, or a sum such as $.input * 3 + $.output * 15.")]
    [InlineData("Time=", "Time must be given: where the time stands, such as $.timestamp.")]
    [InlineData("TimeUnit=", "TimeUnit must be given: rfc3339, unix-s, unix-ms, unix-us or unix-ns.")]
    [InlineData("Kind=", "Kind must be given: usage or credit (or CreditWhen, a condition).")]
    [InlineData("Kind=credit", "ExpiresAt must be given: a credit has an end (or Expiration, its length in ticks).")]
    [InlineData("Kind=;CreditWhen=$.g", "ExpiresAt must be given: a credit has an end (or Expiration, its length in ticks).")]
    [InlineData("Kind=usages", "Kind must be usage or credit, and is \"usages\".")]
    [InlineData("TimeUnit=seconds", "TimeUnit must be rfc3339, unix-s, unix-ms, unix-us or unix-ns, and is \"seconds\".")]
    [InlineData("TimeRounding=up", "TimeRounding must be exact or down, and is \"up\".")]
    [InlineData("Rounding=nearest", "Rounding must be exact, up, down or half-even, and is \"nearest\".")]
    [InlineData("Amount=$.n * 0.5", "Rounding must be given: up, down, half-even or exact, since the amount has a weight with a fraction.")]
    [InlineData("IfZero=ignore", "IfZero must be refuse or skip, and is \"ignore\".")]
    [InlineData("Others=skip", "Others has no meaning without When: leave it out.")]
    [InlineData("When=$.a;Others=ignore", "Others must be refuse or skip, and is \"ignore\".")]
    [InlineData("NumbersInStrings=yes", "NumbersInStrings must be true or false, and is \"yes\".")]
    [InlineData("Expiration=1", "Expiration has no meaning for a usage: leave it out.")]
    [InlineData("ExpiresAt=$.e", "ExpiresAt has no meaning for a usage: leave it out.")]
    [InlineData("Priority=1", "Priority has no meaning for a usage: leave it out.")]
    [InlineData("Kind=credit;Expiration=1;ExpiresAt=$.e", "ExpiresAt has no meaning beside Expiration: leave it out.")]
    [InlineData("CreditWhen=$.g;Expiration=1", "Kind has no meaning beside CreditWhen: leave it out.")]
    [InlineData("Example=", "Example must be given: a message as JSON, or the file that holds it, by which the mapping is checked at each start.")]
    [InlineData("ExampleGives=", "ExampleGives must be given: the entry that the example must give, as in POST /v1/entries, or an array of entries.")]
    [InlineData("Example:a=acme", "Example must be JSON in one string, or a file's name: these settings keep neither the types nor the order of JSON inside theirs.")]
    public void A_wrong_setting_refuses_the_start_with_one_sentence(string lines, string sentence) => AssertRefused($"{Key}:{sentence}", lines);

    [Theory]
    [InlineData("Amont=$.n", "Amont")]
    [InlineData("Amount:Sum=$.n", "Amount:Sum")]
    [InlineData("Id:0=$.i", "Id:0")]
    public void What_is_no_setting_is_refused_by_name(string line, string name) => AssertRefused(
        $"{Key}:{name} is not a setting of a mapping; those are File, Account, Id, Amount, Rounding, IfZero, Time, TimeUnit, TimeRounding, Kind, CreditWhen, Expiration, ExpiresAt, Priority, Revision, Each, When, Others, NumbersInStrings, Example, ExampleHeaders, ExampleGives (under {Key}).",
        line);

    [Theory]
    [InlineData("Amount", "tokens", "must have a number such as 12 or 0.25, or a path at character 1")]
    [InlineData("Amount", "$.n +", "must have a number such as 12 or 0.25, or a path at its end")]
    [InlineData("Amount", "$.n $.m", "must have +, - or * at character 5")]
    [InlineData("Amount", "$.n / 2", "must have +, - or * at character 5")]
    [InlineData("Amount", "($.n)", "must have a number such as 12 or 0.25, or a path at character 1")]
    [InlineData("Amount", "$.n * 1.", "must have a number such as 12 or 0.25, or a path at character 7")]
    [InlineData("Amount", "$.n * 1.2.3", "must have a number such as 12 or 0.25, or a path at character 7")]
    [InlineData("Amount", "$.n * 01", "must have a number such as 12 or 0.25, or a path at character 7")]
    [InlineData("Amount", "$.prompt-tokens", "must have a number such as 12 or 0.25, or a path at character 10")]
    [InlineData("Amount", "$.n['m", "must have a closing quote for the one at character 5")]
    [InlineData("Amount", "$.n[-1]", "must have an index such as 0, or a name in single quotes, at character 5")]
    [InlineData("Amount", "$.n[*]", "must have an index such as 0, or a name in single quotes, at character 5")]
    [InlineData("Amount", "$.n[0", "must have ] at its end")]
    [InlineData("Amount", "$..n", "must have a name after the point (any other name is written ['so']) at character 3")]
    [InlineData("Amount", "$.", "must have a name after the point (any other name is written ['so']) at its end")]
    [InlineData("Amount", "$.0", "must have a name after the point (any other name is written ['so']) at character 3")]
    [InlineData("Account", "acme", "must have a path, or a text in single quotes, at character 1")]
    [InlineData("Account", "$.a $.b", "must have + at character 5")]
    [InlineData("Account", "'acme", "must have a closing quote for the one at character 1")]
    [InlineData("Account", "$.a +", "must have a path, or a text in single quotes, at its end")]
    [InlineData("Account", "header", "must have a path, or a text in single quotes, at character 1")]
    [InlineData("Account", "header[0]", "must have one name after header, such as header['x-account']")]
    [InlineData("Account", "header.a.b", "must have one name after header, such as header['x-account']")]
    [InlineData("Each", "header.a", "must be one path that begins with $")]
    [InlineData("Each", "^.a", "must be one path that begins with $")]
    [InlineData("Each", "$.a[*", "must have ] at its end")]
    [InlineData("When", "header.a == 1", "must have a text in single quotes, or null, since a header is text, at character 13")]
    [InlineData("When", "header.a == true", "must have a text in single quotes, or null, since a header is text, at character 13")]
    [InlineData("Time", "17", "must have a path that begins with $, @, ^ or header at character 1")]
    [InlineData("Time", "$.t?", "must be one path, with no question mark: an entry without a time can't be told from its repetition")]
    [InlineData("Time", "$.t + 1", "must be one path, with no question mark: an entry without a time can't be told from its repetition")]
    [InlineData("When", "type == 'x'", "must have a path that begins with $, @, ^ or header at character 1")]
    [InlineData("When", "$.a = 'x'", "must have ==, !=, && or || at character 5")]
    [InlineData("When", "$.a == x", "must have a number such as 12 or 0.25, or a path at character 8")]
    [InlineData("When", "$.a == truely", "must have a number such as 12 or 0.25, or a path at character 8")]
    [InlineData("When", "$.a == 'x' and $.b", "must have ==, !=, && or || at character 12")]
    [InlineData("When", "$.a? == 'x'", "must not have a question mark: what isn't there is null in a condition")]
    [InlineData("Each", "@.rows", "must be one path that begins with $")]
    [InlineData("Each", "$.rows $", "must be one path that begins with $")]
    public void A_wrong_expression_is_refused_where_it_goes_wrong(string name, string expression, string rule) =>
        AssertRefused($"{Key}:{name} {rule}, and is \"{expression}\".", $"{name}={expression}");

    [Fact]
    public void Expressions_are_bounded()
    {
        AssertRefused("at most 64 numbers and paths", "Amount=" + string.Join(" + ", Enumerable.Repeat("1", 65)));
        AssertRefused("at most 16 pieces", "Id=" + string.Join(" + ", Enumerable.Repeat("$.i", 17)));
        AssertRefused("at most 64 tests", "When=" + string.Join(" || ", Enumerable.Repeat("$.a", 65)));
        AssertRefused("at most 32 steps", "Amount=$" + string.Concat(Enumerable.Repeat(".a", 33)));
    }

    [Theory]
    [InlineData("""{"a":"acme","i":"u","n":6,"t":17}""", Gives, """Example gives {"accountId":"acme","usageId":"u","amount":6,"timestamp":17}, and not what KEY:ExampleGives says: {"accountId":"acme","usageId":"u","amount":5,"timestamp":17}.""")]
    [InlineData("""{"a":"b","i":"u","n":5,"t":17}""", Gives, """Example gives {"accountId":"b","usageId":"u","amount":5,"timestamp":17}, and not what KEY:ExampleGives says: {"accountId":"acme","usageId":"u","amount":5,"timestamp":17}.""")]
    [InlineData(Mappings.Usage, "ExampleGives=[]", "ExampleGives must hold at least one entry: an example that gives nothing checks nothing.")]
    [InlineData("""{"a":"acme","i":"u","n":"5","t":17}""", Gives, "Example is refused by its own mapping: amount must be a number with no quotes at $.n.")]
    [InlineData("""{"a":"acme","i":"a b","n":5,"t":17}""", Gives, "Example is refused by its own mapping: usageId must be 1 to 128 characters of printable ASCII without space (0x21 to 0x7E).")]
    [InlineData("{", Gives, "Example is refused by its own mapping: body must be valid JSON, at most 64 levels deep and with no name twice in one object.")]
    [InlineData(Mappings.Usage, """ExampleGives={"accountId":"acme","usageId":"u","amount":0,"timestamp":17}""", "ExampleGives must be an entry as in POST /v1/entries, or an array of them, and isn't: amount must be a whole number from 1 to 9007199254740991; 0 (a void) only in a revision of 1 or more.")]
    [InlineData(Mappings.Usage, """ExampleGives={"usageId":"u","amount":5,"timestamp":17}""", "ExampleGives must be an entry as in POST /v1/entries, or an array of them, and isn't: accountId must be given.")]
    public void A_mapping_that_gives_something_else_than_its_example_says_refuses_the_start(string example, string gives, string sentence) =>
        AssertRefused($"{Key}:{sentence.Replace("KEY", Key, StringComparison.Ordinal)}", gives, "Example=" + example);

    [Fact]
    public void An_example_that_is_passed_over_refuses_the_start()
    {
        string[] mapping = ["When=$.k", "Others=skip", "Example=" + Mappings.Usage];
        AssertRefused($"{Key}:ExampleGives must hold at least one entry: an example that gives nothing checks nothing.", [.. mapping, "ExampleGives=[]"]);
        AssertRefused($"{Key}:Example gives [], and not what {Key}:ExampleGives says: ", mapping);
    }

    [Fact]
    public void An_example_may_be_in_a_file_and_the_whole_mapping_too()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["example.json"], Mappings.Usage);
        Mappings.Checked("Example=" + folder["example.json"], Gives);

        File.WriteAllText(folder["mapping.json"], """
            {
              // Files may have comments.
              "kind": "usage", "Account": "$.a", "Id": "$.i", "Amount": "$.n", "Time": "$.t", "TimeUnit": "unix-ms", "NumbersInStrings": true,
              "Example": "example.json", "ExampleGives": {"accountId":"acme","usageId":"u","amount":5,"timestamp":17}
            }
            """);
        var format = MappingFormat.Checked(Mappings.Alone("File=" + folder["mapping.json"]));
        Assert.Equal(5, format.EntryOf(Messages.Of("""{"a":"acme","i":"u","n":"5","t":17}""")).Entry!.Amount);

        File.WriteAllText(folder["marked.json"], File.ReadAllText(folder["mapping.json"]), new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        MappingFormat.Checked(Mappings.Alone("File=" + folder["marked.json"]));

        // What is set beside the file goes before it.
        var twice = MappingFormat.Checked(Mappings.Alone("File=" + folder["mapping.json"], "Amount=$.n * 2", Gives.Replace("5", "10", StringComparison.Ordinal)));
        Assert.Equal(10, twice.EntryOf(Messages.Of(Mappings.Usage)).Entry!.Amount);
    }

    [Theory]
    [InlineData("{\"Amont\":\"$.n\"}", "Amont in FILE is not a setting of a mapping")]
    [InlineData("{\"File\":\"other.json\"}", "File in FILE is not a setting of a mapping")]
    [InlineData("{\"Account\":[\"$.a\"]}", "Account in FILE must be a string, and is [\"$.a\"].")]
    [InlineData("{\"Account\":null}", "Account in FILE must be a string, and is null.")]
    [InlineData("{\"Account\":\"$.a\",\"account\":\"$.b\"}", "account in FILE is given twice.")]
    [InlineData("{\"Account\":\"$.a\",\"Account\":\"$.b\"}", "File must name a file of JSON, and FILE isn't: ")]
    [InlineData("{\"Account\":\"a\"}", "Account in FILE must have a path, or a text in single quotes, at character 1, and is \"a\".")]
    [InlineData("{\"\\ud800\":1}", "File must name a file in UTF-8 (its escapes Unicode), and FILE isn't.")]
    [InlineData("[]", "File must name a file that holds one JSON object, and FILE doesn't.")]
    [InlineData("nonsense", "File must name a file of JSON, and FILE isn't: ")]
    public void A_wrong_file_refuses_the_start(string json, string sentence)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["m.json"], json);
        var refused = Assert.Throws<StartRefusedException>(() => MappingFormat.Checked(Mappings.Alone("File=" + folder["m.json"]))).Message;
        Assert.StartsWith($"{Key}:{sentence.Replace("FILE", folder["m.json"], StringComparison.Ordinal)}", refused, StringComparison.Ordinal);
        Assert.EndsWith(".", refused, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused);
    }

    [Theory]
    [InlineData("File=nowhere.json", "File must be JSON or name a file that can be read, and is \"nowhere.json\": ")]
    [InlineData("Example=nowhere.json", "Example must be JSON or name a file that can be read, and is \"nowhere.json\": ")]
    [InlineData("ExampleGives=nowhere.json", "ExampleGives must be JSON or name a file that can be read, and is \"nowhere.json\": ")]
    public void A_file_that_cannot_be_read_refuses_the_start(string line, string sentence) => AssertRefused($"{Key}:{sentence}", line);

    private static void AssertRefused(string sentence, params string[] lines)
    {
        string[] all = ["Example=" + Mappings.Usage, Gives, .. lines.SelectMany(line => line.Split(';'))];
        var refused = Assert.Throws<StartRefusedException>(() => Mappings.Checked(all)).Message;
        Assert.Contains(sentence, refused, StringComparison.Ordinal);
        Assert.StartsWith(Key + ":", refused, StringComparison.Ordinal);
        Assert.EndsWith(".", refused, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused);
    }
}
