using System.Globalization;
using DoorBench;
using DoorBench.Doors;
using Postgres;

// dotnet run -c Release --project bench/DoorBench                                  100,000 usages, 3 rounds, on SQLite
// dotnet run -c Release --project bench/DoorBench -- rates [usages] [rounds] [sqlite | postgres | memory] [a part of a door's name]
// dotnet run -c Release --project bench/DoorBench -- outage [seconds away] [seconds before and after]
var mode = args.Length > 0 ? args[0] : "rates";
switch (mode)
{
    case "rates":
        return await RatesAsync(Number(1, 100_000), Number(2, 3), args.Length > 3 ? args[3] : "sqlite", args.Length > 4 ? args[4] : "");
    case "outage":
        return await OutageAsync(Number(1, 30), Number(2, 20));
    default:
        Console.Error.WriteLine("DoorBench knows rates and outage");
        return 2;
}

int Number(int place, int otherwise) => args.Length > place ? int.Parse(args[place], CultureInfo.InvariantCulture) : otherwise;

static async Task<int> RatesAsync(int usages, int rounds, string store, string part)
{
    await using var brokers = await Brokers.StartAsync();
    var rates = new RateTable();
    for (var round = 1; round <= rounds; round++)
    {
        if (part.Length == 0)
        {
            rates.Add(await NothingDone.NatsAsync(brokers.Nats, usages));
            rates.Add(await NothingDone.RabbitMqAsync(brokers.RabbitMq, usages));
        }

        foreach (var open in OpenedDoor.All.Where(door => door.Name.Contains(part, StringComparison.OrdinalIgnoreCase)).Select(door => door.OpenAsync))
        {
            await using var server = store == "postgres" ? await PostgresServer.StartAsync() : null;
            string[] settings = server is null ? ["--GpuCredit:Store", store] : ["--GpuCredit:Store", "postgres", "--GpuCredit:ConnectionString", await server.CreateDatabaseAsync("doors")];
            await using var opened = await open(settings, brokers);
            rates.Add(await RateRun.RunAsync(opened.Host, opened.Door, usages));
        }

        Console.Error.WriteLine($"round {round} of {rounds}");
    }

    Console.WriteLine(rates.Describe(usages, rounds, store));
    return 0;
}

static async Task<int> OutageAsync(int away, int around)
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
        HttpDoor.OneByOne(host.Url), HttpDoor.Lines(host.Url), HttpDoor.CloudEvents(host.Url), new GrpcDoor(host.GrpcUrl),
        .. brokers.All.Select(broker => new BrokerDoor(broker.Kind, broker, host.OpsUrl, broker.Kind) { KeepsPace = true }),
    ];
    var wrong = await new OutageRun(host, server, doors).RunAsync(around, away, around);
    foreach (var door in doors)
        await door.DisposeAsync();
    Console.WriteLine(wrong == 0 ? "every balance is right: lost 0, double 0" : $"{wrong} balances are wrong");
    return wrong == 0 ? 0 : 1;
}
