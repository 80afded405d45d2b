using GpuCredit.Host.Hosting;
using Npgsql;

namespace GpuCredit.Host.EventStore;

/// <summary>
/// The roll of the cluster's members in the event store: each signs once a second while it is a member. Who would found a
/// cluster reads it first, since the store is the one thing that all parts of a split cluster still share.
/// </summary>
/// <remarks>
/// Its rows are <see cref="Incarnation"/>s: a node that is started again shares no row with what ran at its address before. Every change
/// waits for a founding that is under way, and sees what it left (a table lock; and what a statement sees is settled after its locks).
/// </remarks>
internal sealed class MemberRoll
{
    private const string OrSign = "ON CONFLICT (address) DO UPDATE SET signatures = gpucredit_member.signatures + 1";

    private readonly string _connectionString;

    /// <param name="connectionString">
    /// The store's own pool serves; a wait for a busy one would look like death. The limits make a signature that fails known within 3 s,
    /// also where one of two servers is tried after the other.
    /// </param>
    public MemberRoll(string connectionString)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString);
        connection.MaxPoolSize = 1;
        connection.Timeout = 1; // for each server
        connection.CommandTimeout = connection.Host!.Contains(',', StringComparison.Ordinal) ? 1 : 2;
        connection.CancellationTimeout = -1; // what is late is given up without asking the server
        connection.ApplicationName = "GpuCredit members";
        _connectionString = connection.ConnectionString;
    }

    /// <summary>A fault of the server or of the way to it, and not of ours.</summary>
    public static bool IsServers(Exception fault) => PostgresFaults.IsServers(fault);

    /// <summary>
    /// The server is away for everybody, as far as this node can know: it doesn't answer, or stops, or has no room. A server that answers and
    /// refuses this node (no connection left, another password) may serve others.
    /// </summary>
    public static bool IsAway(Exception fault) => fault is not PostgresException told
        || told.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.DiskFull;

    /// <summary>In a few words, what is wrong.</summary>
    public static string Why(Exception fault) => PostgresFaults.Why(fault);

    /// <summary>How often each member has signed, but this one.</summary>
    public async Task<IReadOnlyDictionary<string, long>> ReadAsync(Incarnation self, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        return await ReadAsync(connection, self, cancellation);
    }

    /// <summary>The first signature, of a node that has become a member; what ran at its address before is crossed off.</summary>
    /// <param name="self">The node.</param>
    /// <param name="others">Those of its cluster.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>False: none of the others is on the roll. Its cluster was taken for dead, and somebody has founded one without it.</returns>
    public async Task<bool> EnterAsync(Incarnation self, IEnumerable<Incarnation> others, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var names = others.Select(other => $"{other}").ToArray();
        if (await ExecuteAsync(connection, $"INSERT INTO gpucredit_member (address, signatures) SELECT $1, 1 WHERE EXISTS (SELECT FROM gpucredit_member WHERE address = ANY ($2)) {OrSign}", cancellation, $"{self}", names) == 0)
            return false;
        await ExecuteAsync(connection, "DELETE FROM gpucredit_member WHERE address <> $1 AND starts_with(address, $2)", cancellation, $"{self}", self.Prefix);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>One more signature, and a look at the others', in one statement: what limits one limits both.</summary>
    /// <returns>How often the others have signed; null: somebody who saw no sign of life of this node has crossed it off, and founded a cluster without it.</returns>
    public async Task<IReadOnlyDictionary<string, long>?> SignAsync(Incarnation self, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(
            """
            WITH signed AS (UPDATE gpucredit_member SET signatures = signatures + 1 WHERE address = $1 RETURNING address, signatures)
            SELECT address, signatures FROM signed UNION ALL SELECT address, signatures FROM gpucredit_member WHERE address <> $1
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{self}" });
        var all = await ReadAsync(command, cancellation);
        return all.Remove($"{self}") ? all : null;
    }

    /// <summary>Signs, and crosses everybody else off; or does nothing, when anybody has signed since <paramref name="seen"/>.</summary>
    /// <returns>True: this node, and no other, founds the cluster.</returns>
    public async Task<bool> TryFoundAsync(Incarnation self, IReadOnlyDictionary<string, long>? seen, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // No signature, first or later, comes between the reading and the crossing off.
        await ExecuteAsync(connection, "LOCK TABLE gpucredit_member IN SHARE ROW EXCLUSIVE MODE", cancellation);
        var now = await ReadAsync(connection, self, cancellation);
        if (seen is null || now.Count != seen.Count || now.Any(member => !seen.TryGetValue(member.Key, out var signatures) || signatures != member.Value))
            return false;
        await ExecuteAsync(connection, "DELETE FROM gpucredit_member WHERE address <> $1", cancellation, $"{self}");
        await ExecuteAsync(connection, $"INSERT INTO gpucredit_member (address, signatures) VALUES ($1, 1) {OrSign}", cancellation, $"{self}");
        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>Crosses this node off. When the server doesn't take it, others wait a little longer; nothing else comes of it.</summary>
    public async Task TryLeaveAsync(Incarnation self)
    {
        try
        {
            await using var connection = await OpenAsync(CancellationToken.None);
            await ExecuteAsync(connection, "DELETE FROM gpucredit_member WHERE address = $1", CancellationToken.None, $"{self}");
        }
        catch (Exception fault) when (IsServers(fault))
        {
            // As said.
        }
    }

    /// <summary>Lets go of its connection.</summary>
    public void Close()
    {
        using var pooled = new NpgsqlConnection(_connectionString);
        NpgsqlConnection.ClearPool(pooled);
    }

    private static async Task<IReadOnlyDictionary<string, long>> ReadAsync(NpgsqlConnection connection, Incarnation self, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT address, signatures FROM gpucredit_member WHERE address <> $1", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{self}" });
        return await ReadAsync(command, cancellation);
    }

    private static async Task<Dictionary<string, long>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var members = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellation))
            members.Add(rows.GetString(0), rows.GetInt64(1));
        return members;
    }

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string statement, CancellationToken cancellation, params object[] values)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
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
