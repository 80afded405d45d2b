using System.Net.Sockets;
using GpuCredit.Host.Hosting;
using Npgsql;

namespace GpuCredit.Host.EventStore;

/// <summary>PostgreSQL's faults at the start, as sentences for the operator. None of them shows a password.</summary>
internal static class PostgresFaults
{
    /// <summary>A fault of the server or of the way to it, and not of ours.</summary>
    public static bool IsServers(Exception fault) => fault is NpgsqlException or SocketException or TimeoutException or IOException;

    /// <summary>The server isn't there, or not yet: a node and its database often start together.</summary>
    public static bool MayPass(Exception fault) => fault switch
    {
        PostgresException told => told.SqlState is PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown
            or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.TooManyConnections,
        NpgsqlException { InnerException: SocketException or TimeoutException or IOException } => true,
        SocketException or TimeoutException => true,
        _ => false,
    };

    /// <summary>In a few words, for a line that says that it is tried again.</summary>
    public static string Why(Exception fault) => fault switch
    {
        PostgresException told => told.MessageText,
        NpgsqlException { InnerException: TimeoutException } or TimeoutException => "no answer in time",
        NpgsqlException { InnerException: SocketException inner } => inner.Message,
        _ => fault.Message.TrimEnd('.'),
    };

    public static StartRefusedException Refusal(Exception fault, string server) => new(
        (fault as PostgresException)?.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
                $"{server} doesn't let this user in ({Why(fault)}): correct Username and Password in {EventStoreTarget.ConnectionStringKey}, or the server's pg_hba.conf.",
            PostgresErrorCodes.InvalidCatalogName =>
                $"{server} has no such database: make it (CREATE DATABASE … OWNER …), or name another in {EventStoreTarget.ConnectionStringKey}.",
            PostgresErrorCodes.InsufficientPrivilege =>
                $"{server} doesn't permit this user to use it as the event store ({Why(fault)}): make the user the database's owner, or grant it that right.",
            PostgresErrorCodes.ReadOnlySqlTransaction =>
                $"{server} is read-only: name the server that takes writes in {EventStoreTarget.ConnectionStringKey}.",
            PostgresErrorCodes.TooManyConnections =>
                $"{server} has no connection left ({Why(fault)}): raise its max_connections, or lower Maximum Pool Size in {EventStoreTarget.ConnectionStringKey} of every node.",
            PostgresErrorCodes.DiskFull => $"The disk of {server} is full: make room, and start again.",
            _ when MayPass(fault) => $"{server} doesn't answer ({Why(fault)}): start it, or correct Host and Port in {EventStoreTarget.ConnectionStringKey}.",
            _ => $"{server} can't be used as the event store ({Why(fault)}): mend it, or name another in {EventStoreTarget.ConnectionStringKey}.",
        },
        fault);
}
