using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;
using Sources.Tests.Running;

namespace Sources.Tests.Brokers;

/// <summary>
/// librdkafka's mock cluster, which lives in this process beside the client that asked for it, and listens on real sockets of
/// loopback. What it holds is in memory, so a restart is a broker that goes down and comes up with what it had.
/// </summary>
internal sealed class KafkaCluster : ITestBroker
{
    public const string Topic = "usage";

    /// <summary>As many as the cluster gives a topic that it makes.</summary>
    public const int Partitions = 4;

    private const string Group = "gpucredit-usage";
    private const string Up = "rd_kafka_mock_broker_set_up";
    private const string Down = "rd_kafka_mock_broker_set_down";

    private readonly IProducer<byte[]?, byte[]?> _host;
    private readonly IProducer<byte[]?, byte[]?> _producer;
    private readonly IntPtr _cluster;
    private readonly int[] _brokers;

    private KafkaCluster(int brokers)
    {
        _host = Quiet(new ProducerConfig(new Dictionary<string, string> { ["test.mock.num.brokers"] = $"{brokers}" }));
        using var admin = new DependentAdminClientBuilder(_host.Handle).Build();
        var found = admin.GetMetadata(TimeSpan.FromSeconds(20)).Brokers;
        Servers = string.Join(',', found.Select(broker => $"{broker.Host}:{broker.Port}"));
        Port = found[0].Port;
        _brokers = [.. found.Select(broker => broker.BrokerId)];
        unsafe
        {
            _cluster = ((delegate* unmanaged<IntPtr, IntPtr>)Export("rd_kafka_handle_mock_cluster"))(NativeHandleOf(_host));
        }

        Assert.NotEqual(IntPtr.Zero, _cluster);
        _producer = Quiet(new ProducerConfig { BootstrapServers = Servers, Acks = Acks.All, MessageTimeoutMs = 5_000, ReconnectBackoffMaxMs = 500, MessageMaxBytes = 4_000_000 });
    }

    public string Kind => "kafka";

    public int Port { get; }

    /// <summary>As a client begins with.</summary>
    public string Servers { get; }

    /// <summary>Of all the library's clients in this process.</summary>
    public static unsafe int LibraryThreads() => ((delegate* unmanaged<int>)Export("rd_kafka_thread_cnt"))();

    public static async Task<KafkaCluster> StartAsync(int brokers = 1)
    {
        var cluster = await Task.Run(() => new KafkaCluster(brokers));
        // The cluster makes a topic, of four partitions, when something is sent to it. The blank message holds no entry.
        foreach (var topic in new[] { Topic, $"{Topic}.dead" })
            await cluster._producer.ProduceAsync(topic, new Message<byte[]?, byte[]?> { Value = "[]"u8.ToArray() });
        return cluster;
    }

    /// <summary>A broker says itself where it is, so no proxy can stand between.</summary>
    public string[] Settings(int port, string source) =>
        [$"--GpuCredit:Sources:{source}:Kind", "kafka", $"--GpuCredit:Sources:{source}:Address", Servers, $"--GpuCredit:Sources:{source}:Topic", Topic,
            $"--GpuCredit:Sources:{source}:SessionTimeoutSeconds", "6", $"--GpuCredit:Sources:{source}:Group", Group];

    public Task StartAgainAsync()
    {
        foreach (var broker in _brokers)
            Set(Up, broker);
        return Task.CompletedTask;
    }

    public async Task StopAsync(bool abruptly)
    {
        foreach (var broker in _brokers)
            Set(Down, broker);
        // Long enough for its clients to notice.
        await Task.Delay(TimeSpan.FromSeconds(1));
    }

    /// <summary>The next calls that produce anything are answered with <paramref name="error"/>.</summary>
    public unsafe void RefuseToStore(ErrorCode error, int times)
    {
        const short Produce = 0;
        var errors = Enumerable.Repeat((int)error, times).ToArray();
        fixed (int* first = errors)
            ((delegate* unmanaged<IntPtr, short, nuint, int*, void>)Export("rd_kafka_mock_push_request_errors_array"))(_cluster, Produce, (nuint)times, first);
    }

    /// <summary>So long every answer takes from now on.</summary>
    public unsafe void Slow(TimeSpan answer)
    {
        foreach (var broker in _brokers)
            Assert.Equal(0, ((delegate* unmanaged<IntPtr, int, int, int>)Export("rd_kafka_mock_broker_set_rtt"))(_cluster, broker, (int)answer.TotalMilliseconds));
    }

    public Task CutAsync(CuttingProxy proxy)
    {
        foreach (var broker in _brokers)
        {
            Set(Down, broker);
            Set(Up, broker);
        }

        return Task.CompletedTask;
    }

    /// <summary>To all partitions in turn: the client would fill one batch of one of them, and a node with the others would have no share.</summary>
    public async Task PublishAsync(IReadOnlyList<byte[]> bodies)
    {
        foreach (var chunk in bodies.Chunk(100))
            await Task.WhenAll(chunk.Select((body, i) => PublishAsync(body, bodies.Count == 1 ? Partition.Any : new Partition(i % Partitions))));
    }

    /// <summary>One message, with headers perhaps.</summary>
    public async Task PublishAsync(byte[] body, Partition partition, params (string Name, string Value)[] headers)
    {
        var written = new Headers();
        foreach (var (name, value) in headers)
            written.Add(name, Encoding.UTF8.GetBytes(value));

        // What isn't confirmed is sent again; the ledger takes a second one for what it is.
        for (; ; )
        {
            try
            {
                await _producer.ProduceAsync(new TopicPartition(Topic, partition), new Message<byte[]?, byte[]?> { Value = body, Headers = written });
                return;
            }
            catch (ProduceException<byte[]?, byte[]?>)
            {
                await Task.Delay(50);
            }
        }
    }

    public Task<IReadOnlyList<ReadLetter>> DeadLettersAsync() => Task.Run<IReadOnlyList<ReadLetter>>(() =>
    {
        var letters = new List<ReadLetter>();
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig { BootstrapServers = Servers, GroupId = "reader", EnableAutoCommit = false, EnablePartitionEof = true })
            .SetLogHandler((_, _) => { }).Build();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Servers }).SetLogHandler((_, _) => { }).Build();
        var partitions = admin.GetMetadata($"{Topic}.dead", TimeSpan.FromSeconds(20)).Topics.Single().Partitions.Count;
        consumer.Assign(Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset($"{Topic}.dead", partition, Offset.Beginning)));
        for (var ended = 0; ended < partitions;)
        {
            var message = consumer.Consume(TimeSpan.FromSeconds(30));
            if (message is null)
                Assert.Fail("the dead letters can't be read");
            else if (message.IsPartitionEOF)
                ended++;
            else if (message.Message.Headers.Count > 0)
                letters.Add(new(message.Message.Value ?? [], message.Message.Headers.ToDictionary(header => header.Key, header => Encoding.UTF8.GetString(header.GetValueBytes()))));
        }

        return letters;
    });

    /// <summary>By what the group has committed.</summary>
    public Task<long> LeftAsync() => Task.Run(() =>
    {
        using var reader = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig { BootstrapServers = Servers, GroupId = Group }).SetLogHandler((_, _) => { }).Build();
        var partitions = Enumerable.Range(0, 4).Select(partition => new TopicPartition(Topic, partition)).ToList();
        return reader.Committed(partitions, TimeSpan.FromSeconds(10)).Sum(committed =>
        {
            var ends = reader.QueryWatermarkOffsets(committed.TopicPartition, TimeSpan.FromSeconds(10));
            return ends.High.Value - (committed.Offset.IsSpecial ? ends.Low.Value : committed.Offset.Value);
        });
    });

    public ValueTask DisposeAsync()
    {
        _producer.Dispose();
        _host.Dispose();
        return ValueTask.CompletedTask;
    }

    private static IProducer<byte[]?, byte[]?> Quiet(ProducerConfig config) => new ProducerBuilder<byte[]?, byte[]?>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();

    /// <summary>The .NET client has no word for the mock cluster; the library under it has.</summary>
    private static IntPtr NativeHandleOf(IProducer<byte[]?, byte[]?> client)
    {
        var handle = typeof(Handle).GetProperty("LibrdkafkaHandle", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(client.Handle)!;
        return ((SafeHandle)handle).DangerousGetHandle();
    }

    /// <summary>The .NET client has several builds of the library, and takes the first that loads on this machine.</summary>
    private static IntPtr Export(string function)
    {
        using var self = Process.GetCurrentProcess();
        var module = self.Modules.Cast<ProcessModule>().First(module => module.ModuleName.Contains("librdkafka", StringComparison.Ordinal));
        return NativeLibrary.GetExport(NativeLibrary.Load(module.FileName), function);
    }

    private unsafe void Set(string function, int broker) =>
        Assert.Equal(0, ((delegate* unmanaged<IntPtr, int, int>)Export(function))(_cluster, broker));
}
