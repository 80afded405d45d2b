using System.Globalization;
using System.Text.Json;
using AzureLlm;

const int BatchEntries = 500;
const int Connections = 4;
const int PublishersPerConnection = 32;
const int RepeatOneIn = 10;

// dotnet run --project examples/azure-llm -- [URL] [SEED] [BROKER] [OPERATORS]
var host = new Uri(args.Length > 0 ? args[0] : "http://127.0.0.1:8080");
var seed = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1;
var brokerAddress = args.Length > 2 ? new Uri(args[2]) : null;
var operators = new Uri(args.Length > 3 ? args[3] : "http://127.0.0.1:8082");

List<Entry> entries = [.. Grants.All(), .. Trace.ReadUsages(AppContext.BaseDirectory)];

// The ledger's answers must not depend on the order of arrival, nor on what is sent twice: so send it that way.
var random = new Random(seed);
List<Entry> sends = [.. entries, .. entries.Where(_ => random.Next(RepeatOneIn) == 0)];
random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(sends));

using var ledger = new LedgerClient(host, Connections);
var outcomes = new Outcomes();
try
{
    if (brokerAddress is null) await SendAsync();
    else await PublishAsync(brokerAddress);
    await BalanceTable.PrintAsync(Console.Out, ledger, entries);
}
catch (Exception e) when (e is TimeoutException or HttpRequestException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}

// Only this depends on the seed, and on what the ledger knew before.
Console.WriteLine();
if (brokerAddress is not null)
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: published {sends.Count:N0} entries, one a message, by {brokerAddress.Scheme}; the Host's sources have taken them"));
    return 0;
}

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: sent {sends.Count:N0} entries in batches of {BatchEntries} over {Connections} connections"));
Console.WriteLine($"outcomes: {outcomes}");
return outcomes.Of("recorded") + outcomes.Of("duplicate") == sends.Count ? 0 : 1;

Task SendAsync() => Parallel.ForEachAsync(
    sends.Chunk(BatchEntries),
    new ParallelOptions { MaxDegreeOfParallelism = Connections },
    async (batch, _) => await ledger.SendAsync(batch, outcomes));

async Task PublishAsync(Uri address)
{
    using var sources = new SourcesClient(operators);
    var before = await sources.DecidedAsync();
    await using var broker = await Broker.ConnectAsync(address);
    await Parallel.ForEachAsync(
        sends,
        new ParallelOptions { MaxDegreeOfParallelism = Connections * PublishersPerConnection },
        async (entry, _) => await broker.PublishAsync(JsonSerializer.SerializeToUtf8Bytes(entry, LedgerClient.Json)));
    await sources.WhenDecidedAsync(before + sends.Count);
}
