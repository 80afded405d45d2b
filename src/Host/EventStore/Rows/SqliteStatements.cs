using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace GpuCredit.Host.EventStore.Rows;

/// <summary>A connection with its prepared statements and a thread of its own, used by one at a time. One that has failed is replaced.</summary>
/// <param name="name">Of the thread.</param>
/// <param name="connectionString">Without a pool.</param>
/// <param name="statements">Each with the names of its parameters.</param>
internal sealed class SqliteStatements(string name, string connectionString, (string Text, string[] Parameters)[] statements) : IAsyncDisposable
{
    private readonly OwnThreads _thread = new(name, count: 1);
    private SqliteConnection? _connection;
    private SqliteCommand[] _commands = [];

    public Task<T> UseAsync<T>(Func<SqliteCommand[], T> use) => _thread.RunAsync(() =>
    {
        try
        {
            return use(Commands());
        }
        catch (DbException)
        {
            Close();
            throw;
        }
    });

    /// <summary>What was asked before is done first.</summary>
    public async ValueTask DisposeAsync()
    {
        await _thread.DisposeAsync();
        Close();
    }

    private SqliteCommand[] Commands()
    {
        if (_connection is not null)
            return _commands;
        var connection = new SqliteConnection(connectionString);
        try
        {
            connection.Open();
            SqlitePragmas.Apply(connection);
            _commands = Array.ConvertAll(statements, statement => CommandOf(connection, statement.Text, statement.Parameters));
            _connection = connection;
            return _commands;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static SqliteCommand CommandOf(SqliteConnection connection, string text, string[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var parameter in parameters)
            command.Parameters.Add(new SqliteParameter { ParameterName = parameter });
        return command;
    }

    private void Close()
    {
        foreach (var command in _commands)
            command.Dispose();
        _commands = [];
        _connection?.Dispose();
        _connection = null;
    }
}
