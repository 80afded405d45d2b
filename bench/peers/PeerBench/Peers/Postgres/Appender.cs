using Npgsql;
using NpgsqlTypes;
using PeerBench.Work;

namespace PeerBench.Peers.Postgres;

/// <summary>Many events in one statement: an array for each column, and <c>unnest</c>. What is known already is left alone.</summary>
internal sealed class Appender : IDisposable
{
    private readonly NpgsqlCommand _insert;
    private readonly NpgsqlParameter<long[]> _accounts = Longs(), _timestamps = Longs(), _amounts = Longs(), _ends = Longs();
    private readonly NpgsqlParameter<Guid[]> _ids = new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid };
    private readonly NpgsqlParameter<short[]> _kinds = new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint };

    public Appender(NpgsqlConnection connection, string schema)
    {
        _insert = new NpgsqlCommand($"insert into {schema}.event select * from unnest($1,$2,$3,$4,$5,$6) on conflict do nothing", connection)
        {
            Parameters = { _accounts, _ids, _kinds, _timestamps, _amounts, _ends },
        };
        _insert.Prepare();
    }

    public async Task AppendAsync(IReadOnlyList<WorkEntry> entries)
    {
        var count = entries.Count;
        long[] accounts = new long[count], timestamps = new long[count], amounts = new long[count], ends = new long[count];
        var ids = new Guid[count];
        var kinds = new short[count];
        for (var i = 0; i < count; i++)
        {
            var entry = entries[i];
            accounts[i] = entry.Account;
            ids[i] = entry.Id;
            kinds[i] = entry.Kind;
            timestamps[i] = entry.Timestamp;
            amounts[i] = entry.Amount;
            ends[i] = entry.End;
        }

        (_accounts.TypedValue, _ids.TypedValue, _kinds.TypedValue) = (accounts, ids, kinds);
        (_timestamps.TypedValue, _amounts.TypedValue, _ends.TypedValue) = (timestamps, amounts, ends);
        await _insert.ExecuteNonQueryAsync();
    }

    public void Dispose() => _insert.Dispose();

    private static NpgsqlParameter<long[]> Longs() => new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };
}
