using GpuCredit.Host.Hosting;
using Npgsql;

namespace GpuCredit.Host.EventStore;

/// <summary>What a connection string to PostgreSQL may say, and what every connection of ours says.</summary>
internal static class PostgresConnectionRules
{
    /// <summary>Seconds until a connection that doesn't come has failed, and until a pool that is used up has.</summary>
    public const int ConnectSecondsDefault = 5;

    /// <summary>Seconds until a statement has failed: "Command Timeout".</summary>
    public const int CommandSecondsDefault = 10;

    /// <summary>
    /// For both together. A write opens a connection and runs its statement, and Npgsql takes two seconds more to cancel
    /// one; all of it has to end within the journal's call-timeout in store-postgres.conf, so that a slow server fails by
    /// its name.
    /// </summary>
    public const int SecondsMax = 17;

    /// <summary>Connections of one node. Four nodes, each with two more, fit into PostgreSQL's own max_connections of 100.</summary>
    public const int PoolDefault = 20;

    /// <summary>The journal's writers and the recoveries of store-postgres.conf, and one for a snapshot.</summary>
    public const int PoolMin = 20;

    /// <summary>Statements that a connection keeps prepared: those of the hot path, and the plugin's.</summary>
    private const int PreparedMax = 32;

    /// <summary>A dead peer is noticed by a connection that idles for so many seconds.</summary>
    private const int KeepAliveSeconds = 10;

    /// <summary>
    /// Said at each connection's start, so that no default of a role or a database goes before it, and last, so that
    /// nothing in the connection string does.
    /// </summary>
    /// <remarks>
    /// synchronous_commit: a commit has returned when it is on disk; with off it returns before.
    /// idle_in_transaction_session_timeout: a node that stops in the middle of a transaction (paused, cut off, its machine
    /// dead) would keep its uncommitted rows, and whoever takes the account over would wait for them at the unique key.
    /// tcp_keepalives: the connections of a machine that is gone don't stay in the server's count for two hours.
    /// </remarks>
    private const string Always =
        "-c synchronous_commit=on -c idle_in_transaction_session_timeout=5s -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3";

    public static NpgsqlConnectionStringBuilder Read(string? connectionString)
    {
        if (string.IsNullOrWhiteSpace(connectionString))
            throw Refused("is missing", "write 'Host=…;Database=…;Username=…;Password=…'");

        var read = Parse(connectionString);
        if (string.IsNullOrWhiteSpace(read.Host))
            throw Refused("names no server", "write 'Host=…'");
        if (string.IsNullOrWhiteSpace(read.Database))
            throw Refused("names no database", "write 'Database=…'");
        if (!read.Pooling)
            throw Refused("says Pooling=false", "remove it, since every write would open a connection of its own");
        if (read.Multiplexing)
            throw Refused("says Multiplexing=true", "remove it, since a transaction needs a connection of its own");

        Default(read, "Timeout", () => read.Timeout = ConnectSecondsDefault);
        Default(read, "Command Timeout", () => read.CommandTimeout = CommandSecondsDefault);
        Default(read, "Maximum Pool Size", () => read.MaxPoolSize = PoolDefault);
        Default(read, "Max Auto Prepare", () => read.MaxAutoPrepare = PreparedMax);
        Default(read, "Auto Prepare Min Usages", () => read.AutoPrepareMinUsages = 2);
        Default(read, "Keepalive", () => read.KeepAlive = KeepAliveSeconds);
        // Nothing of ours outlives its transaction, so there is nothing to be reset each time that a connection is taken from the pool: seven statements otherwise.
        Default(read, "No Reset On Close", () => read.NoResetOnClose = true);
        Default(read, "Application Name", () => read.ApplicationName = "GpuCredit");
        if (read.Timeout < 1 || read.CommandTimeout < 1 || (long)read.Timeout + read.CommandTimeout > SecondsMax)
            throw Refused($"says Timeout={read.Timeout} and Command Timeout={read.CommandTimeout}", $"write at least 1 each, and at most {SecondsMax} together (seconds)");
        if (read.MaxPoolSize < PoolMin)
            throw Refused($"says Maximum Pool Size={read.MaxPoolSize}", $"write at least {PoolMin}");
        if (read.MinPoolSize > read.MaxPoolSize)
            throw Refused($"says Minimum Pool Size={read.MinPoolSize}", $"write at most the Maximum Pool Size, {read.MaxPoolSize}");

        if (read.Host.Contains(',', StringComparison.Ordinal))
        {
            // After a fail-over the one that takes writes is another; a standby would refuse them.
            Default(read, "Target Session Attributes", () => read.TargetSessionAttributes = "primary");
            if (read.TargetSessionAttributes is not ("primary" or "read-write"))
                throw Refused($"says Target Session Attributes={read.TargetSessionAttributes}", "write primary, since the store is written to");
        }

        // A statement that takes too long isn't cancelled, its connection is broken: a commit that waits for a synchronous standby
        // would answer a cancellation with success, without the standby.
        read.CancellationTimeout = -1;
        read.Options = $"{read.Options} {Always}".TrimStart();
        return read;
    }

    private static NpgsqlConnectionStringBuilder Parse(string connectionString)
    {
        try
        {
            var read = new NpgsqlConnectionStringBuilder(connectionString);
            if (string.IsNullOrWhiteSpace(read.Host) || string.IsNullOrWhiteSpace(read.Database))
                return read;
            // What contradicts itself is found by the connection; it connects to nothing yet.
            using var connection = new NpgsqlConnection(read.ConnectionString);
            return read;
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or InvalidCastException or OverflowException or InvalidOperationException or NotSupportedException)
        {
            throw new StartRefusedException(
                $"{EventStoreTarget.ConnectionStringKey} can't be read as one for PostgreSQL ({Why(connectionString, fault)}): write 'Host=…;Database=…;Username=…;Password=…', with quotes around a password that has ; or = or spaces in it.",
                fault);
        }
    }

    // Npgsql's message names the word that it doesn't know. What stands behind the password may be the rest of it.
    private static string Why(string connectionString, Exception fault)
    {
        var password = connectionString.IndexOf("passw", StringComparison.OrdinalIgnoreCase);
        if (password < 0)
            password = connectionString.IndexOf("pwd", StringComparison.OrdinalIgnoreCase);
        var word = fault is ArgumentException { ParamName: { Length: > 0 } name } ? name : null;
        return word is not null && (password < 0 || connectionString.IndexOf(word, StringComparison.OrdinalIgnoreCase) is var at && at >= 0 && at < password)
            ? $"by '{word}'"
            : "some word or value in it is unknown";
    }

    private static void Default(NpgsqlConnectionStringBuilder read, string keyword, Action set)
    {
        if (!read.ShouldSerialize(keyword)) // ContainsKey is true for every known word, given or not.
            set();
    }

    private static StartRefusedException Refused(string what, string remedy) =>
        new($"{EventStoreTarget.ConnectionStringKey} {what}: {remedy}.");
}
