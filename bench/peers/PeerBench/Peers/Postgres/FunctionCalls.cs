using Npgsql;
using NpgsqlTypes;
using PeerBench.Work;

namespace PeerBench.Peers.Postgres;

/// <summary>One connection, and the calls of a schema's stored functions prepared on it.</summary>
internal sealed class FunctionCalls : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _put;
    private readonly NpgsqlCommand? _addCredit;
    private readonly NpgsqlCommand _balance;
    private readonly bool _oneFunction;
    private readonly NpgsqlParameter<long> _account = Long(), _timestamp = Long(), _amount = Long(), _end = Long();
    private readonly NpgsqlParameter<long> _creditAccount = Long(), _creditTimestamp = Long(), _creditAmount = Long(), _expiration = Long();
    private readonly NpgsqlParameter<long> _askedAccount = Long(), _at = Long();
    private readonly NpgsqlParameter<Guid> _id = Uuid(), _creditId = Uuid();
    private readonly NpgsqlParameter<short> _kind = new() { NpgsqlDbType = NpgsqlDbType.Smallint };

    private FunctionCalls(NpgsqlConnection connection, FunctionSchema schema)
    {
        _connection = connection;
        _oneFunction = schema.OneFunction;
        if (_oneFunction)
        {
            _put = Command(FoldPut, _account, _id, _kind, _timestamp, _amount, _end);
        }
        else
        {
            _put = Command(UseCredit, _account, _id, _timestamp, _amount);
            _addCredit = Command(AddCredit, _creditAccount, _creditId, _creditAmount, _creditTimestamp, _expiration);
        }

        _balance = Command($"select {schema.Name}.get_balance($1,$2)", _askedAccount, _at);
    }

    private const string FoldPut = "select fo.put($1,$2,$3,$4,$5,$6)";
    private const string UseCredit = "select rl.use_credit($1,$2,$3,$4)";
    private const string AddCredit = "select rl.add_credit($1,$2,$3,$4,$5)";

    public static async Task<FunctionCalls> OpenAsync(PeerDatabase database, FunctionSchema schema)
    {
        var calls = new FunctionCalls(await database.OpenAsync("Pooling=false;Command Timeout=600"), schema);
        await calls._put.PrepareAsync();
        if (calls._addCredit is { } addCredit)
            await addCredit.PrepareAsync();
        await calls._balance.PrepareAsync();
        return calls;
    }

    public async Task<bool> PutAsync(WorkEntry entry)
    {
        if (_addCredit is { } addCredit && entry.IsCredit)
        {
            _creditAccount.TypedValue = entry.Account;
            _creditId.TypedValue = entry.Id;
            _creditAmount.TypedValue = entry.Amount;
            _creditTimestamp.TypedValue = entry.Timestamp;
            _expiration.TypedValue = entry.End - entry.Timestamp;
            return (bool)(await addCredit.ExecuteScalarAsync())!;
        }

        _account.TypedValue = entry.Account;
        _id.TypedValue = entry.Id;
        _timestamp.TypedValue = entry.Timestamp;
        _amount.TypedValue = entry.Amount;
        _kind.TypedValue = entry.Kind;
        _end.TypedValue = entry.End;
        return (bool)(await _put.ExecuteScalarAsync())!;
    }

    /// <summary>One round trip and one transaction for all of them.</summary>
    public async Task PutBatchAsync(WorkEntry[] entries)
    {
        // All callers lock accounts in the same order.
        Array.Sort(entries, (one, other) => one.Account.CompareTo(other.Account));
        await using var batch = new NpgsqlBatch(_connection);
        foreach (var entry in entries)
            batch.BatchCommands.Add(_oneFunction ? Put(entry) : entry.IsCredit ? Add(entry) : Use(entry));
        await batch.ExecuteNonQueryAsync();
    }

    public async Task<long> BalanceAsync(long account, long at)
    {
        _askedAccount.TypedValue = account;
        _at.TypedValue = at;
        return (long)(await _balance.ExecuteScalarAsync())!;
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static NpgsqlBatchCommand Put(in WorkEntry entry) => new(FoldPut)
    {
        Parameters = { Of(entry.Account), Of(entry.Id), Of((short)entry.Kind), Of(entry.Timestamp), Of(entry.Amount), Of(entry.End) },
    };

    private static NpgsqlBatchCommand Add(in WorkEntry entry) => new(AddCredit)
    {
        Parameters = { Of(entry.Account), Of(entry.Id), Of(entry.Amount), Of(entry.Timestamp), Of(entry.End - entry.Timestamp) },
    };

    private static NpgsqlBatchCommand Use(in WorkEntry entry) => new(UseCredit)
    {
        Parameters = { Of(entry.Account), Of(entry.Id), Of(entry.Timestamp), Of(entry.Amount) },
    };

    private static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };

    private static NpgsqlParameter<long> Long() => new() { NpgsqlDbType = NpgsqlDbType.Bigint };

    private static NpgsqlParameter<Guid> Uuid() => new() { NpgsqlDbType = NpgsqlDbType.Uuid };

    private NpgsqlCommand Command(string statement, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlCommand(statement, _connection);
        command.Parameters.AddRange(parameters);
        return command;
    }
}
