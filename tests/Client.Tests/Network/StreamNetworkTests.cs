extern alias client;
using Client.Tests.Running;
using Grpc.Core;
using Grpc.Net.Client;
using GpuCredit.Client;
using GpuCredit.Client.Grpc;
using UnreliableNetwork;
using V1 = client::GpuCredit.V1;

namespace Client.Tests.Network;

/// <summary>
/// The bidirectional stream through the same network: a stream that breaks is opened anew, and what has no outcome is sent again, as
/// <c>docs/ingestion/grpc.md</c> tells a client to do.
/// </summary>
[Collection(SharedHost.Name)]
public sealed class StreamNetworkTests(HostFixture host, ITestOutputHelper output)
{
    private const int MessageEntries = 50;
    private const int MessagesUnderWayMax = 4;

    /// <summary>A stream on which nothing has moved for so long has fallen silent.</summary>
    private static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Everything_sent_through_streams_that_break_is_recorded_once()
    {
        var seed = Seeds.Take(output);
        var load = new Load(seed, 2_500);
        await using var network = new UnreliableProxy(host.GrpcUrl, NetworkFaults.Bad, seed);
        var left = new Queue<Entry>(load.Entries);
        var streams = 0;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        for (; left.Count > 0; streams++)
        {
            limit.Token.ThrowIfCancellationRequested();
            // A connection of its own: one that is silent, and not closed, would be used again.
            using var channel = GrpcChannel.ForAddress(network.Url);
            await StreamAsync(channel, left);
        }

        output.WriteLine($"{streams} streams; {network.Tally}");
        Assert.True(streams > 1 && network.Tally.Cut > 0, "the network was no bad one");
        using var direct = new GrpcGpuCreditClient(host.GrpcUrl);
        await load.CheckAsync(direct);
    }

    /// <summary>One stream, until everything has its outcome or it breaks; what has none by then is left again.</summary>
    private static async Task StreamAsync(GrpcChannel channel, Queue<Entry> left)
    {
        using var silence = new CancellationTokenSource();
        using var stream = new V1.Entries.EntriesClient(channel).StreamEntries(cancellationToken: silence.Token);
        var underWay = new Queue<Entry[]>();
        var (sent, answered) = (0UL, 0UL);
        try
        {
            while (left.Count > 0 || underWay.Count > 0)
            {
                silence.CancelAfter(SilentAfter);
                if (left.Count > 0 && underWay.Count < MessagesUnderWayMax)
                {
                    var entries = Enumerable.Range(0, Math.Min(MessageEntries, left.Count)).Select(_ => left.Dequeue()).ToArray();
                    underWay.Enqueue(entries);
                    await stream.RequestStream.WriteAsync(Message(++sent, entries));
                    continue;
                }

                Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None), "the stream ended though its client had not closed it");
                Take(stream.ResponseStream.Current, ++answered, underWay.Peek(), left);
                underWay.Dequeue();
            }

            await stream.RequestStream.CompleteAsync();
            Assert.False(await stream.ResponseStream.MoveNext(CancellationToken.None), "an answer that nobody asked for");
        }
        catch (Exception broken) when (broken is RpcException or IOException or OperationCanceledException or InvalidOperationException)
        {
            // What was under way may be stored or not.
            foreach (var entry in underWay.SelectMany(entries => entries))
                left.Enqueue(entry);
        }
    }

    private static V1.StreamEntriesRequest Message(ulong sequence, Entry[] entries)
    {
        var message = new V1.StreamEntriesRequest { Sequence = sequence };
        foreach (var entry in entries)
            message.Entries.Add(GrpcEntries.ToMessage(in entry));
        return message;
    }

    private static void Take(V1.StreamEntriesResponse answer, ulong sequence, Entry[] entries, Queue<Entry> left)
    {
        Assert.Equal((sequence, entries.Length), (answer.Sequence, answer.Outcomes.Count));
        for (var i = 0; i < entries.Length; i++)
        {
            var status = answer.Outcomes[i].Status;
            if (status == V1.OutcomeStatus.Unavailable)
                left.Enqueue(entries[i]);
            else
                Assert.True(status is V1.OutcomeStatus.Recorded or V1.OutcomeStatus.Duplicate, $"{entries[i]}: {answer.Outcomes[i]}");
        }
    }
}
