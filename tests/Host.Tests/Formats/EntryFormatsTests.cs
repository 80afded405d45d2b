using GpuCredit.Host.Formats;
using GpuCredit.Host.Formats.Mapping;
using GpuCredit.Host.Hosting;
using Microsoft.Extensions.Configuration;

namespace Host.Tests.Formats;

public sealed class EntryFormatsTests
{
    private const string Key = "GpuCredit:Sources:usage";

    [Theory]
    [InlineData("", typeof(JsonFormat))]
    [InlineData("Format=", typeof(JsonFormat))]
    [InlineData("Format=json", typeof(JsonFormat))]
    [InlineData("format=cloudevents", typeof(CloudEventsFormat))]
    [InlineData("Format=json;Mapping:Amount=", typeof(JsonFormat))]
    [InlineData("""Format=mapping;Mapping:Kind=usage;Mapping:Account=$.a;Mapping:Id=$.i;Mapping:Amount=$.n;Mapping:Time=$.t;Mapping:TimeUnit=unix-ms;Mapping:Example={"a":"a","i":"u","n":1,"t":2};Mapping:ExampleGives={"accountId":"a","usageId":"u","amount":1,"timestamp":2}""", typeof(MappingFormat))]
    [InlineData("Format=json;Kind=nats", typeof(JsonFormat))]
    public void A_source_has_the_format_that_its_settings_name(string settings, Type format) => Assert.IsType(format, Create(settings));

    [Theory]
    [InlineData("Format=xml", $"{Key}:Format must be json, cloudevents or mapping, and is \"xml\".")]
    [InlineData("Format=json;Mapping:Amount=$.a", $"{Key}:Mapping has a meaning only with {Key}:Format mapping: leave it out.")]
    [InlineData("Format=mapping", $"{Key}:Mapping:Account must be given: where the account stands, such as $.subject.")]
    [InlineData("Format=mapping;Mapping=x", $"{Key}:Mapping is not a setting of a mapping; those are File, Account, Id, Amount, Rounding, IfZero, Time, TimeUnit, TimeRounding, Kind, CreditWhen, Expiration, ExpiresAt, Priority, Revision, Each, When, Others, NumbersInStrings, Example, ExampleHeaders, ExampleGives (under {Key}:Mapping).")]
    [InlineData("Mapping=x", $"{Key}:Mapping has a meaning only with {Key}:Format mapping: leave it out.")]
    public void A_wrong_setting_refuses_the_start_with_one_sentence(string settings, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<StartRefusedException>(() => Create(settings)).Message);

    private static IEntryFormat Create(string settings)
    {
        var pairs = settings.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).Select(pair => KeyValuePair.Create($"{Key}:{pair[0]}", (string?)pair[1]));
        return EntryFormats.Create(Key, new ConfigurationBuilder().AddInMemoryCollection(pairs).Build().GetSection(Key));
    }
}
