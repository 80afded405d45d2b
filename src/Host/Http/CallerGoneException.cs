namespace GpuCredit.Host.Http;

/// <summary>The connection broke while a request's body was on its way. Nobody is there to answer, and it is no fault of ours.</summary>
/// <remarks>
/// Told apart where the body is read: elsewhere the same kind of exception may be a disk's. The server cancels
/// <see cref="HttpContext.RequestAborted"/> as well, but on another thread, and often only after the read has failed.
/// </remarks>
internal sealed class CallerGoneException(Exception cause) : Exception("The caller went away in the middle of a request's body.", cause);
