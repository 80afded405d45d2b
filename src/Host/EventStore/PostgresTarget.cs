using System.Globalization;
using GpuCredit.Host.EventStore.Rows;
using Npgsql;

namespace GpuCredit.Host.EventStore;

/// <summary>One PostgreSQL database, written by every node of the cluster.</summary>
internal sealed class PostgresTarget : EventStoreTarget
{
    /// <summary>For so long a server that isn't there is waited for: nodes and their database often start together.</summary>
    private static readonly TimeSpan s_waitMax = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly NpgsqlConnectionStringBuilder _connection;
    private readonly PostgresFormat _format;
    private readonly int _shards;
    private readonly TimeProvider _time;

    private PostgresTarget(NpgsqlConnectionStringBuilder connection, int shards, TimeProvider time)
    {
        _connection = connection;
        _shards = shards;
        _time = time;
        _format = new PostgresFormat(Description, shards);
    }

    public override string Description => string.Create(CultureInfo.InvariantCulture, $"PostgreSQL {_connection.Database} on {_connection.Host}:{_connection.Port}");

    public override bool IsVolatile => false;

    public static PostgresTarget From(string? connectionString, int shards, TimeProvider? time = null) =>
        new(PostgresConnectionRules.Read(connectionString), shards, time ?? TimeProvider.System);

    public override async Task<OpenedEventStore> OpenAsync(Action<string>? tell = null, CancellationToken cancellation = default)
    {
        var warning = await PrepareAsync(tell, cancellation);
        var connectionString = _connection.ConnectionString;
        var roll = new MemberRoll(connectionString);
        return new OpenedEventStore(
            this, ["store-postgres.conf"], PostgresDataOptions.For(connectionString), new PostgresRows(connectionString), new PostgresProbe(connectionString, _shards), Close, warning)
        {
            Roll = roll,
        };

        ValueTask Close()
        {
            using var pooled = new NpgsqlConnection(connectionString);
            NpgsqlConnection.ClearPool(pooled);
            roll.Close();
            return ValueTask.CompletedTask;
        }
    }

    private async Task<string?> PrepareAsync(Action<string>? tell, CancellationToken cancellation)
    {
        var unpooled = new NpgsqlConnectionStringBuilder(_connection.ConnectionString) { Pooling = false }.ConnectionString;
        var start = _time.GetTimestamp();
        for (var isTold = false; ; isTold = true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(unpooled);
                await connection.OpenAsync(cancellation);
                return await _format.PrepareAsync(connection, cancellation);
            }
            catch (Exception fault) when (PostgresFaults.IsServers(fault))
            {
                if (!PostgresFaults.MayPass(fault) || _time.GetElapsedTime(start) >= s_waitMax)
                    throw PostgresFaults.Refusal(fault, Description);
                if (!isTold)
                    tell?.Invoke(string.Create(CultureInfo.InvariantCulture, $"{Description} doesn't answer yet ({PostgresFaults.Why(fault)}): trying again for {s_waitMax.TotalSeconds} s."));
            }

            await Task.Delay(s_pause, _time, cancellation);
        }
    }
}
