using Client.Tests.Running;
using GpuCredit.Client;
using UnreliableNetwork;

namespace Client.Tests.Network;

/// <summary>
/// Between the client and a real Host is a network that delays, throttles, refuses, swallows, repeats and cuts in the middle of
/// messages: every entry is recorded once all the same.
/// </summary>
public abstract class UnreliableNetworkTests(Uri server, Func<GpuCreditClientOptions, IGpuCreditClient> connect, int cutBytesMax, ITestOutputHelper output)
{
    [Fact]
    public async Task Every_call_over_a_bad_network_is_acknowledged_in_the_end_and_counts_once()
    {
        var seed = Seeds.Take(output);
        var load = new Load(seed, 600);
        await using var network = new UnreliableProxy(server, NetworkFaults.Bad, seed);
        var client = connect(Patient(network.Url));
        await Parallel.ForEachAsync(load.Entries, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (entry, cancellation) =>
        {
            var outcome = entry.Kind == EntryKind.Credit
                ? await client.AddCreditAsync(entry.AccountId, entry.Id, entry.Amount, entry.Timestamp, entry.Expiration, entry.Priority, entry.Revision, cancellation)
                : await client.UseCreditAsync(entry.AccountId, entry.Id, entry.Amount, entry.Timestamp, entry.Revision, cancellation);
            Assert.True(outcome.IsAcknowledged, $"{entry}: {outcome}");
        });
        output.WriteLine($"{network.Tally}");
        await load.CheckAsync(connect(new() { Address = server }));
    }

    [Fact]
    public async Task Everything_that_a_buffer_accepted_is_recorded_once_over_a_bad_network()
    {
        var seed = Seeds.Take(output);
        var load = new Load(seed, 8_000);
        await using var network = new UnreliableProxy(server, Bad, seed);
        await using (var buffer = new EntryBuffer(connect(Patient(network.Url)), Buffering(refused => Assert.Fail($"{refused}"))))
        {
            foreach (var entry in load.Entries)
                Assert.Equal(AddResult.Accepted, await buffer.AddAsync(entry));
            await buffer.FlushAsync().WaitAsync(TimeSpan.FromMinutes(2));
            Assert.Equal(0, buffer.Held);
        }

        output.WriteLine($"{network.Tally}");
        Assert.True(network.Tally.Cut > 0, "the network was no bad one");
        await load.CheckAsync(connect(new() { Address = server }));
    }

    [Fact]
    public async Task A_buffer_waits_out_a_network_that_is_away()
    {
        var seed = Seeds.Take(output);
        var load = new Load(seed, 1_000);
        await using var network = new UnreliableProxy(server, new() { Refused = 1 }, seed);
        await using (var buffer = new EntryBuffer(connect(Patient(network.Url)), Buffering(refused => Assert.Fail($"{refused}"))))
        {
            foreach (var entry in load.Entries)
                Assert.Equal(AddResult.Accepted, buffer.Add(in entry));
            await Until.TrueAsync(() => network.Tally.Refused > 20, "some tries are refused");
            Assert.Equal(load.Entries.Length, buffer.Held);
            network.Faults = NetworkFaults.None;
            await buffer.FlushAsync().WaitAsync(TimeSpan.FromMinutes(2));
        }

        await load.CheckAsync(connect(new() { Address = server }));
    }

    [Fact]
    public async Task A_connection_that_falls_silent_is_given_up_for_another()
    {
        await using var network = new UnreliableProxy(server, new() { Silent = 1 }, seed: 1);
        var client = connect(Patient(network.Url));
        var call = client.GetBalanceAsync("silent", 1);
        await Until.TrueAsync(() => network.Tally.Silent > 0, "a connection is swallowed");
        network.Faults = NetworkFaults.None;
        Assert.Equal(BalanceStatus.Answered, (await call.WaitAsync(Until.Soon)).Status);
    }

    private NetworkFaults Bad => NetworkFaults.Bad with { CutBytesMax = cutBytesMax };

    private static GpuCreditClientOptions Patient(Uri address) => new()
    {
        Address = address,
        AttemptTimeout = TimeSpan.FromSeconds(2),
        Retry = new() { RetriesMax = 100, DelayBase = TimeSpan.FromMilliseconds(2), DelayMax = TimeSpan.FromMilliseconds(50) },
    };

    private static EntryBufferOptions Buffering(Action<RefusedEntry> refused) => new()
    {
        BatchEntriesMax = 100,
        BatchesInFlightMax = 6,
        BatchDelay = TimeSpan.FromMilliseconds(5),
        Retry = Patient(new Uri("http://127.0.0.1")).Retry,
        OnRefused = (entry, _) =>
        {
            refused(entry);
            return ValueTask.CompletedTask;
        },
    };
}

[Collection(SharedHost.Name)]
public sealed class HttpUnreliableNetworkTests(HostFixture host, ITestOutputHelper output) : UnreliableNetworkTests(
    host.Url, options => new HttpGpuCreditClient(new HttpClient(), options), cutBytesMax: 64 * 1024, output);

/// <summary>All calls share a connection, and a cut ends all that are under way: with as few bytes as over HTTP hardly one would ever get through.</summary>
[Collection(SharedHost.Name)]
public sealed class GrpcUnreliableNetworkTests(HostFixture host, ITestOutputHelper output) : UnreliableNetworkTests(
    host.GrpcUrl, options => new GrpcGpuCreditClient(options.Address!, options), cutBytesMax: 256 * 1024, output);
