using PeerBench.Work;
using StackExchange.Redis;

namespace PeerBench.Peers;

/// <summary>
/// redis-always and redis-everysec: Lua over one connection, onto which the client puts the calls of all callers without waiting for
/// answers. What "durable" means is the server's setting.
/// </summary>
internal sealed class RedisPeer(Site site) : IPeer
{
    private const int PreloadAtOnce = 2_000;
    private const int AsksAtOnce = 500;

    private ConnectionMultiplexer? _connection;
    private IDatabase? _database;
    private byte[] _put = [];
    private byte[] _balance = [];

    private IDatabase Database => _database ?? throw new InvalidOperationException("Not open.");

    private IServer Server => _connection!.GetServer("127.0.0.1", site.RedisPort);

    public async Task OpenAsync()
    {
        var options = ConfigurationOptions.Parse($"127.0.0.1:{site.RedisPort},allowAdmin=true,syncTimeout=600000,asyncTimeout=600000");
        _connection = await ConnectionMultiplexer.ConnectAsync(options);
        _database = _connection.GetDatabase();
        await Server.FlushDatabaseAsync();
        _put = await Server.ScriptLoadAsync(await File.ReadAllTextAsync(Site.File("lua", "put.lua")));
        _balance = await Server.ScriptLoadAsync(await File.ReadAllTextAsync(Site.File("lua", "balance.lua")));
    }

    public async Task<bool> PutAsync(int worker, WorkEntry entry) => (long)await SendAsync(entry) == 1;

    public Task PutBatchAsync(int worker, WorkEntry[] entries)
    {
        var calls = new Task[entries.Length];
        for (var i = 0; i < entries.Length; i++)
            calls[i] = SendAsync(entries[i]);
        return Task.WhenAll(calls);
    }

    public async Task<long> BalanceAsync(int worker, long account, long at) =>
        long.Parse((string)(await Database.ScriptEvaluateAsync(_balance, Keys(account), [at]))!, null);

    public async Task PreloadAsync(IReadOnlyList<WorkEntry> entries)
    {
        var sync = (await Server.ConfigGetAsync("appendfsync"))[0].Value;
        await Server.ConfigSetAsync("appendfsync", "no");
        foreach (var some in entries.Chunk(PreloadAtOnce))
            await PutBatchAsync(0, some);
        foreach (var some in entries.Select(entry => entry.Account).Distinct().Chunk(AsksAtOnce))
            await Task.WhenAll(some.Select(account => BalanceAsync(0, account, Workload.Now)));
        await Server.ConfigSetAsync("appendfsync", sync);
        // What wasn't synced goes to the disk now, and not while the clock runs.
        await Task.Delay(TimeSpan.FromSeconds(1.5));
    }

    public IEnumerable<int> ServerProcesses() => [site.RedisProcess];

    public Task<long> BytesOnDiskAsync() =>
        Task.FromResult(new DirectoryInfo(Path.Combine(site.RedisFolder, "appendonlydir")).GetFiles().Sum(file => file.Length));

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
            await connection.DisposeAsync();
    }

    private Task<RedisResult> SendAsync(in WorkEntry entry) => Database.ScriptEvaluateAsync(
        _put, Keys(entry.Account), [entry.Id.ToByteArray(), (int)entry.Kind, entry.Timestamp, entry.Amount, entry.End]);

    private static RedisKey[] Keys(long account)
    {
        var tag = "{" + account + "}";
        return ["e" + tag, "i" + tag, "c" + tag];
    }
}
