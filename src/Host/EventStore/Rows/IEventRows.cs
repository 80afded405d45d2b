namespace GpuCredit.Host.EventStore.Rows;

/// <summary>
/// The statements of the hot path, in the store's own SQL: what is written for many accounts at once, and what is asked for many
/// accounts that wake at once. The tables are Akka.Persistence.Sql's, and so is everything else that touches them. Safe for many callers at once.
/// </summary>
internal interface IEventRows : IAsyncDisposable
{
    /// <summary>How many statements that read are worth having under way at once.</summary>
    int Readers { get; }

    /// <summary>Writes the rows in one transaction; when it has returned they are on disk, and when it throws none of them is, as far as anybody knows.</summary>
    /// <exception cref="System.Data.Common.DbException">The store refused, or didn't answer.</exception>
    Task AppendAsync(IReadOnlyList<EventRow> rows);

    /// <summary>The highest sequence number of each persistence id, 0 where there is none, in the order of <paramref name="persistenceIds"/>.</summary>
    /// <exception cref="System.Data.Common.DbException">The store refused, or didn't answer.</exception>
    Task<IReadOnlyList<long>> HighestAsync(IReadOnlyList<string> persistenceIds);

    /// <summary>
    /// The events of an account in the order of their numbers, a page at a time. What is written meanwhile may be in it or not.
    /// </summary>
    /// <param name="persistenceId">Whose.</param>
    /// <param name="from">The first number.</param>
    /// <param name="to">The last number.</param>
    /// <param name="pageMax">Rows in a page, at most.</param>
    /// <exception cref="System.Data.Common.DbException">The store refused, or didn't answer.</exception>
    IAsyncEnumerable<IReadOnlyList<EventRow>> ReadAsync(string persistenceId, long from, long to, int pageMax);

    /// <summary>
    /// What each account wakes from, in the order of <paramref name="persistenceIds"/>: the newest row of its snapshot and the first page of events after it
    /// (<see cref="EventPage.FirstRowsMax"/>, <see cref="EventPage.FirstBytesMax"/>). All of one account is as it was at one instant.
    /// </summary>
    /// <exception cref="System.Data.Common.DbException">The store refused, or didn't answer.</exception>
    Task<IReadOnlyList<StoredAccount>> WakeAsync(IReadOnlyList<string> persistenceIds);

    /// <summary>The newest snapshot row of a persistence id up to a version, that one included; null where there is none.</summary>
    /// <exception cref="System.Data.Common.DbException">The store refused, or didn't answer.</exception>
    Task<SnapshotRow?> SnapshotThroughAsync(string persistenceId, long version);
}
