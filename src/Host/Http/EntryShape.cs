namespace GpuCredit.Host.Http;

/// <summary>Which fields an entry's JSON has where it stands.</summary>
internal enum EntryShape
{
    /// <summary>A credit's, whose account is in the path.</summary>
    Credit,

    /// <summary>A usage's, whose account is in the path.</summary>
    Usage,

    /// <summary>Either's, with <c>accountId</c>; <c>creditId</c> or <c>usageId</c> says which.</summary>
    WithAccount,

    /// <summary>A credit's, in the data of an event: what it leaves out of account, id and timestamp is the event's own.</summary>
    CreditData,

    /// <summary>A usage's, in the data of an event.</summary>
    UsageData,
}
