using System.Diagnostics;
using System.Globalization;
using Grpc.Net.Client;
using GpuCredit.Client;
using GpuCredit.Client.Grpc;
using V1 = GpuCredit.V1;

namespace ClientBench;

/// <summary>Entries a second from a caller to a Host's disk (SQLite), by each way there is.</summary>
internal static class HostRun
{
    private const int Accounts = 500;

    public static async Task RunAsync(int rounds, int entries, TextWriter report)
    {
        await using var host = await BenchHost.StartAsync();
        using var grpc = new GrpcGpuCreditClient(host.GrpcUrl);
        using var channel = GrpcChannel.ForAddress(host.GrpcUrl);
        var http = new HttpGpuCreditClient(new HttpClient(), new() { Address = host.Url });
        (string Name, Func<string, Task<int>> Run)[] ways =
        [
            ("one call each over HTTP, 64 at once", run => CallsAsync(http, run, entries / 10)),
            ("one call each over gRPC, 64 at once", run => CallsAsync(grpc, run, entries / 10)),
            ("RecordAsync of 1,000 over HTTP, 4 at once", run => RequestsAsync(http, run, entries)),
            ("RecordAsync of 1,000 over gRPC, 4 at once", run => RequestsAsync(grpc, run, entries)),
            ("one stream over gRPC, messages of 500, 4,000 entries under way", run => StreamAsync(channel, run, entries)),
            ("EntryBuffer over HTTP", run => BufferAsync(http, run, entries, spool: null)),
            ("EntryBuffer over gRPC", run => BufferAsync(grpc, run, entries, spool: null)),
            ("EntryBuffer over HTTP, spool Written", run => BufferAsync(http, run, entries, Spool())),
        ];
        var rates = ways.ToDictionary(way => way.Name, _ => new List<double>());
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var (name, run) in ways)
            {
                var started = Stopwatch.GetTimestamp();
                var sent = await run($"{round}-{rates.Keys.ToList().IndexOf(name)}");
                var rate = sent / Stopwatch.GetElapsedTime(started).TotalSeconds;
                if (round > 0)
                    rates[name].Add(rate);
            }
        }

        report.WriteLine($"{entries:N0} usages of {Accounts} accounts (single calls: a tenth) to a Host on SQLite on the same machine; {rounds} rounds");
        report.WriteLine();
        report.WriteLine("| | entries/s, median | lowest to highest |");
        report.WriteLine("|---|---:|---:|");
        foreach (var (name, of) in rates)
        {
            of.Sort();
            report.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {of[of.Count / 2]:N0} | {of[0]:N0} to {of[^1]:N0} |"));
        }
    }

    private static SpoolOptions Spool() => new() { Folder = Directory.CreateTempSubdirectory("gpucredit-bench-spool-").FullName };

    private static Entry Usage(string run, int i) => Entry.Usage($"account-{i % Accounts}", $"{run}-{i}", (i % 100) + 1, i);

    private static async Task<int> CallsAsync(IGpuCreditClient client, string run, int count)
    {
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, cancellation) =>
        {
            var entry = Usage(run, i);
            var outcome = await client.UseCreditAsync(entry.AccountId, entry.Id, entry.Amount, entry.Timestamp, cancellation: cancellation);
            Require(outcome);
        });
        return count;
    }

    private static async Task<int> RequestsAsync(IGpuCreditClient client, string run, int count)
    {
        const int Request = 1_000;
        await Parallel.ForAsync(0, count / Request, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (request, cancellation) =>
        {
            var entries = Enumerable.Range(request * Request, Request).Select(i => Usage(run, i)).ToArray();
            foreach (var outcome in await client.RecordAsync(entries, cancellation))
                Require(outcome);
        });
        return count / Request * Request;
    }

    /// <summary>What the buffer would reach over a stream, if it sent over one: no answer is awaited before the next message.</summary>
    private static async Task<int> StreamAsync(GrpcChannel channel, string run, int count)
    {
        const int Message = 500;
        const int UnderWay = 8;
        using var stream = new V1.Entries.EntriesClient(channel).StreamEntries();
        using var room = new SemaphoreSlim(UnderWay);
        var reading = Task.Run(async () =>
        {
            var answered = 0;
            while (await stream.ResponseStream.MoveNext(CancellationToken.None))
            {
                foreach (var outcome in stream.ResponseStream.Current.Outcomes)
                {
                    if (outcome.Status != V1.OutcomeStatus.Recorded)
                        throw new InvalidOperationException($"{outcome}");
                    answered++;
                }

                room.Release();
            }

            return answered;
        });
        for (var first = 0; first + Message <= count; first += Message)
        {
            var message = new V1.StreamEntriesRequest { Sequence = (ulong)first };
            for (var i = first; i < first + Message; i++)
                message.Entries.Add(GrpcEntries.ToMessage(Usage(run, i)));
            await room.WaitAsync();
            await stream.RequestStream.WriteAsync(message);
        }

        await stream.RequestStream.CompleteAsync();
        return await reading;
    }

    private static async Task<int> BufferAsync(IGpuCreditClient client, string run, int count, SpoolOptions? spool)
    {
        var options = new EntryBufferOptions { Spool = spool, OnRefused = (refused, _) => throw new InvalidOperationException($"{refused}") };
        await using (var buffer = new EntryBuffer(client, options))
        {
            for (var i = 0; i < count; i++)
                await buffer.AddAsync(Usage(run, i));
            await buffer.FlushAsync();
        }

        if (spool is not null)
            Directory.Delete(spool.Folder, recursive: true);
        return count;
    }

    private static void Require(EntryOutcome outcome)
    {
        if (outcome.Status != OutcomeStatus.Recorded)
            throw new InvalidOperationException($"{outcome}");
    }
}
