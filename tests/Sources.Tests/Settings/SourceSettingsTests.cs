using GpuCredit.Host.Formats;
using GpuCredit.Host.Hosting;
using GpuCredit.Host.Sources;
using Microsoft.Extensions.Configuration;

namespace Sources.Tests.Settings;

/// <summary>A wrong setting of a source stops the start with a sentence that names it.</summary>
public sealed class SourceSettingsTests
{
    private static readonly string[] Nats = ["Kind=nats", "Address=nats://127.0.0.1:4222", "Stream=usage"];
    private static readonly string[] Kafka = ["Kind=kafka", "Address=127.0.0.1:9092", "Topic=usage"];
    private static readonly string[] RabbitMq = ["Kind=rabbitmq", "Address=amqp://127.0.0.1", "Queue=usage"];

    public static TheoryData<string[], string> Wrong => new()
    {
        { ["Address=x"], "GpuCredit:Sources:usage:Kind is missing: it must be nats, rabbitmq or kafka." },
        { ["Kind=Mqtt"], "GpuCredit:Sources:usage:Kind must be nats, rabbitmq or kafka, and is \"Mqtt\"." },
        { ["Kind=nats"], "GpuCredit:Sources:usage:Address is missing: it must be the broker's URL, such as nats://127.0.0.1:4222, or several with commas between." },
        { [.. Nats, "Stream="], "GpuCredit:Sources:usage:Stream is missing: it must be the name of the JetStream stream that is read." },
        { [.. Nats, "Stream=a.b"], "GpuCredit:Sources:usage:Stream must be a name in JetStream, printable ASCII without space . * > / \\, and is \"a.b\"." },
        { [.. Nats, "Subject=a..b"], "GpuCredit:Sources:usage:Subject must be a NATS subject, such as usage.events or usage.>, and is \"a..b\"." },
        { [.. Nats, "DeadLetter=dead.>"], "GpuCredit:Sources:usage:DeadLetter must be a NATS subject, such as usage.events, without * and >, and is \"dead.>\"." },
        { [.. Nats, "DeadLetterStream=usage"], "GpuCredit:Sources:usage:DeadLetterStream is the same as GpuCredit:Sources:usage:Stream: the source would read its own dead letters." },
        { [.. Nats, "Create=true"], "GpuCredit:Sources:usage:Subject is missing: GpuCredit:Sources:usage:Create true needs to know which subject the stream usage is made for." },
        { [.. Nats, "Create=yes"], "GpuCredit:Sources:usage:Create must be true or false, and is \"yes\"." },
        { [.. Nats, "Parallelism=0"], "GpuCredit:Sources:usage:Parallelism must be a whole number from 1 to 64, and is \"0\"." },
        { [.. Nats, "Prefetch=1e3"], "GpuCredit:Sources:usage:Prefetch must be a whole number from 1 to 65535, and is \"1e3\"." },
        { [.. Nats, "AckWaitSeconds=0"], "GpuCredit:Sources:usage:AckWaitSeconds must be a whole number from 1 to 3600, and is \"0\"." },
        { [.. Nats, "Username=me"], "GpuCredit:Sources:usage:Username and GpuCredit:Sources:usage:Password go together: give both, or none." },
        { [.. Nats, "Username=me", "Password=secret", "Token=t"], "GpuCredit:Sources:usage:Username, GpuCredit:Sources:usage:Token and GpuCredit:Sources:usage:CredentialsFile are three ways to log in: give one." },
        { [.. Nats, "Address=nats://me:secret@127.0.0.1"], "GpuCredit:Sources:usage:Address must hold no user name and no password: they have keys of their own, GpuCredit:Sources:usage:Username and GpuCredit:Sources:usage:Password." },
        { [.. RabbitMq, "Address=amqp://me:my,secret@127.0.0.1"], "GpuCredit:Sources:usage:Address must be the broker's URL, such as amqp://127.0.0.1:5672/vhost, or several with commas between, and is another" },
        { [.. RabbitMq, "Address=amqp://me:secret,more@127.0.0.1"], "GpuCredit:Sources:usage:Address must be the broker's URL, such as amqp://127.0.0.1:5672/vhost, or several with commas between, and is another" },
        { [.. Nats, "Address=127.0.0.1:4222"], "GpuCredit:Sources:usage:Address must be the broker's URL, such as nats://127.0.0.1:4222, or several with commas between, and is \"127.0.0.1:4222\"." },
        { [.. Nats, "Format=XML"], "GpuCredit:Sources:usage:Format must be json, cloudevents or mapping, and is \"XML\"." },
        { [.. RabbitMq, "Queue="], "GpuCredit:Sources:usage:Queue is missing: it must be the name of the queue that is read." },
        { [.. RabbitMq, "DeadLetter=usage"], "GpuCredit:Sources:usage:DeadLetter is the same as GpuCredit:Sources:usage:Queue: the source would read its own dead letters." },
        { [.. RabbitMq, "Address=amqp://a/one,amqp://b/two"], "GpuCredit:Sources:usage:Address must name nodes of one broker, with the same scheme and the same virtual host." },
        { [.. RabbitMq, "CaFile=/no/such/file"], "GpuCredit:Sources:usage:CaFile /no/such/file can't be read: " },
        { [.. Kafka, "Address=127.0.0.1"], "GpuCredit:Sources:usage:Address must be brokers as host:port, with commas between, and holds \"127.0.0.1\"." },
        { [.. Kafka, "Topic=a b"], "GpuCredit:Sources:usage:Topic must be a topic's name, 1 to 249 letters, digits, . _ and -, and is \"a b\"." },
        { [.. Kafka, "DeadLetter=usage"], "GpuCredit:Sources:usage:DeadLetter is the same as GpuCredit:Sources:usage:Topic: the source would read its own dead letters." },
        { [.. Kafka, "SaslMechanism=plain"], "GpuCredit:Sources:usage:SaslMechanism has no meaning without GpuCredit:Sources:usage:Username and GpuCredit:Sources:usage:Password." },
        { [.. Kafka, "Username=me", "Password=secret", "SaslMechanism=Kerberos"], "GpuCredit:Sources:usage:SaslMechanism must be plain, scram-sha-256 or scram-sha-512, and is \"Kerberos\"." },
        { [.. Kafka, "CaFile=/etc/ssl/ca.pem"], "GpuCredit:Sources:usage:CaFile has no meaning without GpuCredit:Sources:usage:Tls true." },
        { [.. RabbitMq, "Stream=usage"], "GpuCredit:Sources:usage:Stream is not a setting of a rabbitmq source; the settings are " },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Each_wrong_or_unknown_key_is_one_sentence_that_names_it(string[] settings, string sentence)
    {
        var refusal = Assert.Throws<StartRefusedException>(() => Read(settings));
        Assert.StartsWith(sentence, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_could_not_stand_in_a_path_is_refused()
    {
        var refusal = Assert.Throws<StartRefusedException>(() => ConfiguredSource.ReadAll(Configuration("a b", Nats)));
        Assert.StartsWith("GpuCredit:Sources:a b is no name for a source: ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_sources_of_several_kinds_stand_side_by_side()
    {
        var configuration = new ConfigurationBuilder().AddConfiguration(Configuration("one", Nats)).AddConfiguration(Configuration("two", RabbitMq)).Build();
        Assert.Equal(
            [("one", SourceKind.Nats), ("two", SourceKind.RabbitMq)],
            ConfiguredSource.ReadAll(configuration).Select(source => (source.Settings.Name, source.Settings.Kind)));
    }

    [Theory]
    [InlineData(SourceKind.Nats, "Kind=NATS", "Address=nats://127.0.0.1", "Stream=usage", "Format=CloudEvents")]
    [InlineData(SourceKind.RabbitMq, "Kind=RabbitMq", "Address=amqp://127.0.0.1", "Queue=usage", "Format=JSON")]
    [InlineData(SourceKind.Kafka, "Kind=Kafka", "Address=127.0.0.1:9092", "Topic=usage", "Format=cloudEvents", "Username=me", "Password=mine", "SaslMechanism=SCRAM-SHA-256")]
    [InlineData(SourceKind.Kafka, "Kind=KAFKA", "Address=127.0.0.1:9092", "Topic=usage", "Username=me", "Password=mine", "SaslMechanism=Plain")]
    internal void Words_of_which_there_are_a_few_may_be_written_in_any_case(SourceKind kind, params string[] settings) =>
        Assert.Equal(kind, Assert.Single(ConfiguredSource.ReadAll(Configuration("usage", settings))).Settings.Kind);

    [Theory]
    [InlineData("JSON", typeof(JsonFormat))]
    [InlineData("CloudEvents", typeof(CloudEventsFormat))]
    public void A_format_is_the_one_that_is_named_in_any_case(string name, Type format) =>
        Assert.IsType(format, Assert.Single(ConfiguredSource.ReadAll(Configuration("usage", [.. Nats, $"Format={name}"]))).Format);

    [Fact]
    public void Keys_of_a_source_are_no_unknown_keys_of_the_host() =>
        HostSettings.Read(Configuration("usage", Nats));

    [Theory]
    [InlineData("GpuCredit:Source:usage:Kind", "nats", "GpuCredit:Source:usage:Kind is not a setting; the settings are GpuCredit:GrpcUrl, ", ", and for each source GpuCredit:Sources:{name}:Kind, GpuCredit:Sources:{name}:Address and so on.")]
    [InlineData("GpuCredit:sources", "foo", "GpuCredit:Sources must be a section with GpuCredit:Sources:{name}:Kind, ", ", for each source, and is one value.")]
    public void A_key_beside_those_of_a_source_is_told_how_they_are_named(string key, string value, string begin, string end)
    {
        var refusal = Assert.Throws<StartRefusedException>(() => HostSettings.Read(new ConfigurationBuilder().AddInMemoryCollection([new(key, value)]).Build()));
        Assert.StartsWith(begin, refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith(end, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sources_without_a_value_are_as_if_they_were_not_set() =>
        HostSettings.Read(new ConfigurationBuilder().AddInMemoryCollection([new("GpuCredit:Sources", "")]).Build());

    private static void Read(string[] settings) => ConfiguredSource.ReadAll(Configuration("usage", settings));

    private static IConfiguration Configuration(string name, IEnumerable<string> settings)
    {
        // The later of two wins, as on a command line.
        var values = new Dictionary<string, string?>();
        foreach (var setting in settings)
            values[$"GpuCredit:Sources:{name}:{setting.Split('=')[0]}"] = setting[(setting.IndexOf('=', StringComparison.Ordinal) + 1)..];
        return new ConfigurationBuilder().AddInMemoryCollection(values).Build();
    }
}
