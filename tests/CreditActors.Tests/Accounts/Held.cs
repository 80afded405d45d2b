using Akka.Persistence;
using Akka.Persistence.TestKit;

namespace CreditActors.Tests.Accounts;

/// <summary>What passes the journal waits: completed, it goes on; faulted, it fails.</summary>
internal sealed class Held(Task until) : IJournalInterceptor
{
    public Task InterceptAsync(IPersistentRepresentation message) => until;
}
