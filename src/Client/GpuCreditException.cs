namespace GpuCredit.Client;

/// <summary>
/// A fault on the way, or an answer that isn't GpuCredit's: nobody listens, the connection broke, a proxy wants a password.
/// What became of an entry is never an exception, but an <see cref="EntryOutcome"/>; after this one it is unknown, and sending the
/// same again is safe.
/// </summary>
public sealed class GpuCreditException : Exception
{
    public GpuCreditException()
        : this("GpuCredit could not be reached.", isTransient: true)
    {
    }

    public GpuCreditException(string message)
        : this(message, isTransient: true)
    {
    }

    public GpuCreditException(string message, Exception innerException)
        : this(message, isTransient: true, innerException)
    {
    }

    public GpuCreditException(string message, bool isTransient, Exception? innerException = null)
        : base(message, innerException) => IsTransient = isTransient;

    /// <summary>Trying again may help by itself. A wrong address or a missing password doesn't go away.</summary>
    public bool IsTransient { get; }

    /// <summary>When whoever answered said to come back.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
