using System.Reflection;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using GpuCredit.Host.Sources;
using GpuCredit.Host.Sources.Kafka;

namespace Sources.Tests.Kafka;

/// <summary>Which topics are made, and when. librdkafka's mock cluster knows no call that makes topics, so the brokers' side is written down here.</summary>
public sealed class KafkaTopicsTests
{
    [Fact]
    public async Task What_is_absent_is_made_as_the_brokers_have_it_where_it_is_asked_for()
    {
        Assert.Equal(["usage -1 -1", "usage.dead -1 -1"], await MadeAsync(create: true));
        Assert.Equal(["usage.dead -1 -1"], await MadeAsync(create: true, "usage"));
        Assert.Empty(await MadeAsync(create: true, "usage.dead", "usage"));
    }

    [Fact]
    public async Task Nothing_is_made_where_it_is_not_asked_for()
    {
        var topic = await Assert.ThrowsAsync<BrokerRefusedException>(() => MadeAsync(create: false, "usage.dead"));
        Assert.Equal("There is no topic usage. Make it, or set Create to true.", topic.Message);
        Assert.Empty(await MadeAsync(create: false, "usage", "usage.dead"));
    }

    [Fact]
    public async Task A_topic_that_another_node_makes_meanwhile_is_there() =>
        Assert.Equal(["usage -1 -1", "usage.dead -1 -1"], await MadeAsync(create: true, new Error(ErrorCode.TopicAlreadyExists)));

    [Fact]
    public async Task A_topic_that_cannot_be_made_is_a_sentence_with_the_brokers_reason()
    {
        var refusal = await Assert.ThrowsAsync<BrokerRefusedException>(() => MadeAsync(create: true, new Error(ErrorCode.TopicAuthorizationFailed, "you may not")));
        Assert.Equal("The topic usage can't be made: you may not", refusal.Message);
    }

    private static Task<List<string>> MadeAsync(bool create, params string[] there) => MadeAsync(create, new Error(ErrorCode.NoError), there);

    private static async Task<List<string>> MadeAsync(bool create, Error answer, params string[] there)
    {
        var admin = DispatchProxy.Create<IAdminClient, FakeAdmin>();
        var brokers = (FakeAdmin)(object)admin;
        (brokers.There, brokers.Answer) = (there, answer);
        await KafkaTopics.FindAsync(admin, SomeKafka.Settings("127.0.0.1:9092") with { Create = create });
        return brokers.Made;
    }

    /// <summary>What the brokers have, and how they answer one who makes a topic. Its proxy is made at run time, and must be able to derive from it.</summary>
    public class FakeAdmin : DispatchProxy
    {
        internal string[] There { get; set; } = [];

        internal Error Answer { get; set; } = new(ErrorCode.NoError);

        internal List<string> Made { get; } = [];

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
        {
            "GetMetadata" => new Metadata([], [.. There.Select(topic => new TopicMetadata(topic, [], new Error(ErrorCode.NoError)))], 1, "one"),
            "CreateTopicsAsync" => Make([.. (IEnumerable<TopicSpecification>)args![0]!]),
            var other => throw new NotSupportedException(other),
        };

        private Task Make(List<TopicSpecification> topics)
        {
            Made.AddRange(topics.Select(topic => $"{topic.Name} {topic.NumPartitions} {topic.ReplicationFactor}"));
            return Answer.IsError
                ? Task.FromException(new CreateTopicsException([.. topics.Select(topic => new CreateTopicReport { Topic = topic.Name, Error = Answer })]))
                : Task.CompletedTask;
        }
    }
}
