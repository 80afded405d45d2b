using LoadDriver.Judging;
using LoadDriver.Work;

namespace LoadDriver.Running;

/// <summary>The workload for several callers: the books see entries in the order in which they are made, and before they leave.</summary>
internal sealed class Feed(Workload workload, Books books)
{
    private readonly Lock _gate = new();

    public LoadRequest? Next()
    {
        lock (_gate)
        {
            var request = workload.Next();
            foreach (var entry in request?.Entries ?? [])
                books.Plan(entry);
            return request;
        }
    }
}
