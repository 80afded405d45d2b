using Npgsql;

namespace GpuCredit.Host.EventStore;

/// <summary>
/// The roll of the cluster's members in the event store: each signs once a second while it is a member. Who would found a
/// cluster reads it first, since the store is the one thing that all parts of a split cluster still share.
/// </summary>
internal sealed class MemberRoll
{
    /// <summary>"GpuM" in ASCII: the advisory lock that is held while a cluster is founded.</summary>
    private const long Lock = 0x4770754D;

    private readonly string _connectionString;

    /// <param name="connectionString">The store's own pool serves; a wait for a busy one would look like death.</param>
    public MemberRoll(string connectionString) => _connectionString = new NpgsqlConnectionStringBuilder(connectionString)
    {
        MaxPoolSize = 1,
        Timeout = 2,
        CommandTimeout = 2,
        ApplicationName = "GpuCredit members",
    }.ConnectionString;

    /// <summary>A fault of the server or of the way to it, and not of ours.</summary>
    public static bool IsServers(Exception fault) => PostgresFaults.IsServers(fault);

    /// <summary>How often each member but this one has signed.</summary>
    public async Task<IReadOnlyDictionary<string, long>> ReadAsync(string self, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        return await ReadAsync(connection, self, cancellation);
    }

    /// <summary>The first signature, of a node that has become a member.</summary>
    public async Task EnterAsync(string self, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        await EnterAsync(connection, self, cancellation);
    }

    /// <summary>One more signature.</summary>
    /// <returns>False: somebody who saw no sign of life of this node has crossed it off, and founded a cluster without it.</returns>
    public async Task<bool> SignAsync(string self, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        return await ExecuteAsync(connection, "UPDATE gpucredit_member SET signatures = signatures + 1 WHERE address = $1", self, cancellation) > 0;
    }

    /// <summary>Signs, and crosses everybody else off; or does nothing, when anybody has signed since <paramref name="seen"/>.</summary>
    /// <returns>True: this node, and no other, founds the cluster.</returns>
    public async Task<bool> TryFoundAsync(string self, IReadOnlyDictionary<string, long>? seen, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({Lock})", self, cancellation);
        var now = await ReadAsync(connection, self, cancellation);
        if (seen is null || now.Count != seen.Count || now.Any(member => !seen.TryGetValue(member.Key, out var signatures) || signatures != member.Value))
            return false;
        await ExecuteAsync(connection, "DELETE FROM gpucredit_member WHERE address <> $1", self, cancellation);
        await EnterAsync(connection, self, cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>Crosses this node off. When the server doesn't take it, others wait a little longer; nothing else comes of it.</summary>
    public async Task TryLeaveAsync(string self)
    {
        try
        {
            await using var connection = await OpenAsync(CancellationToken.None);
            await ExecuteAsync(connection, "DELETE FROM gpucredit_member WHERE address = $1", self, CancellationToken.None);
        }
        catch (Exception fault) when (IsServers(fault))
        {
            // As said.
        }
    }

    private static Task<int> EnterAsync(NpgsqlConnection connection, string self, CancellationToken cancellation) => ExecuteAsync(
        connection,
        "INSERT INTO gpucredit_member (address, signatures) VALUES ($1, 1) ON CONFLICT (address) DO UPDATE SET signatures = gpucredit_member.signatures + 1",
        self,
        cancellation);

    private static async Task<IReadOnlyDictionary<string, long>> ReadAsync(NpgsqlConnection connection, string self, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT address, signatures FROM gpucredit_member WHERE address <> $1", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = self });
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var members = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellation))
            members.Add(rows.GetString(0), rows.GetInt64(1));
        return members;
    }

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string statement, string self, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        if (statement.Contains("$1", StringComparison.Ordinal))
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = self });
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
