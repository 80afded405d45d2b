using System.Globalization;
using DoorBench;
using DoorBench.Doors;
using DoorBench.Outage;
using DoorBench.Rates;
using Postgres;

// dotnet run -c Release --project bench/DoorBench                                  100,000 usages, 3 rounds, on SQLite
// dotnet run -c Release --project bench/DoorBench -- rates [usages] [rounds] [sqlite | postgres | memory] [a part of a door's name]
// dotnet run -c Release --project bench/DoorBench -- outage [seconds away] [seconds before and after]
// Both write their section of bench/results/doors.md; with --print, or a part of a door's name, they only print it.
var words = args.Where(arg => arg != "--print").ToArray();
var mode = words.Length > 0 ? words[0] : "rates";
var part = mode == "rates" && words.Length > 4 ? words[4] : "";
var made = ResultFile.Describe($"dotnet run -c Release --project bench/DoorBench{(words.Length > 0 ? $" -- {string.Join(' ', words)}" : "")}");
string heading, result;
bool isGood;
switch (mode)
{
    case "rates":
        (heading, result, isGood) = await RatesAsync(Number(1, 100_000), Number(2, 3), words.Length > 3 ? words[3] : "sqlite", part);
        break;
    case "outage":
        (heading, result, isGood) = await OutageAsync(Number(1, 30), Number(2, 20));
        break;
    default:
        Console.Error.WriteLine("DoorBench knows rates and outage");
        return 2;
}

Console.WriteLine(result);
if (part.Length == 0 && !args.Contains("--print"))
    Console.Error.WriteLine($"written to {await new ResultFile("doors.md", "The doors").WriteAsync(heading, $"{made}\n\n{result}")}");
return isGood ? 0 : 1;

int Number(int place, int otherwise) => words.Length > place ? int.Parse(words[place], CultureInfo.InvariantCulture) : otherwise;

static async Task<(string Heading, string Result, bool IsGood)> RatesAsync(int usages, int rounds, string store, string part)
{
    await using var brokers = await Brokers.StartAsync();
    var rates = new RateTable();
    for (var round = 1; round <= rounds; round++)
    {
        if (part.Length == 0)
        {
            rates.Add(await IdleNats.RunAsync(brokers.Nats, usages));
            rates.Add(await IdleRabbitMq.RunAsync(brokers.RabbitMq, usages));
            rates.Add(await IdleKafka.RunAsync(brokers.Kafka, usages));
        }

        foreach (var (name, open) in OpenedDoor.All.Where(door => door.Name.Contains(part, StringComparison.OrdinalIgnoreCase)))
        {
            await using var server = store == "postgres" ? await PostgresServer.StartAsync() : null;
            string[] settings = server is null ? ["--GpuCredit:Store", store] : ["--GpuCredit:Store", "postgres", "--GpuCredit:ConnectionString", await server.CreateDatabaseAsync("doors")];
            await using var opened = await open(settings, brokers);
            rates.Add(await RateRun.RunAsync(opened.Host, opened.Door, usages));
            Console.Error.WriteLine($"round {round} of {rounds}: {name}");
        }
    }

    return ("Usages stored a second", rates.Describe(usages, rounds, store), true);
}

static async Task<(string Heading, string Result, bool IsGood)> OutageAsync(int away, int around)
{
    await using var brokers = await Brokers.StartAsync();
    await using var server = await PostgresServer.StartAsync();
    await using var host = await HostUnderTest.StartAsync(
        [
            "--GpuCredit:Store", "postgres", "--GpuCredit:ConnectionString", await server.CreateDatabaseAsync("doors"),
            .. brokers.All.SelectMany(broker => broker.Settings(broker.Port, broker.Kind)),
        ]);
    IDoor[] doors =
    [
        HttpDoor.OneByOne(host.Url), HttpDoor.Array(host.Url), HttpDoor.Lines(host.Url), HttpDoor.CloudEvents(host.Url),
        new GrpcCallDoor(host.GrpcUrl), new GrpcStreamDoor(host.GrpcUrl), new BufferDoor(host.Url),
        new BrokerDoor("NATS JetStream", brokers.Nats, host.OpsUrl, brokers.Nats.Kind) { KeepsPace = true },
        new BrokerDoor("RabbitMQ", brokers.RabbitMq, host.OpsUrl, brokers.RabbitMq.Kind) { KeepsPace = true },
        new BrokerDoor("Kafka (librdkafka's mock cluster)", brokers.Kafka, host.OpsUrl, brokers.Kafka.Kind) { KeepsPace = true },
    ];
    var report = await new OutageRun(host, server, doors).RunAsync(TimeSpan.FromSeconds(around), TimeSpan.FromSeconds(away), TimeSpan.FromSeconds(around));
    foreach (var door in doors)
        await door.DisposeAsync();
    return ("An outage of the event store, under full load at every door at once", report.ToString(), report.IsGood);
}
