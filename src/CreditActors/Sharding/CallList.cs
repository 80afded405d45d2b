namespace CreditActors.Sharding;

/// <summary>Calls in the order in which they began. What each costs is a lock and four references. Safe for many threads.</summary>
internal sealed class CallList
{
    private readonly Lock _lock = new();
    private Call? _first;
    private Call? _last;

    public void Add(Call call)
    {
        lock (_lock)
        {
            call.List = this;
            call.Before = _last;
            if (_last is null)
                _first = call;
            else
                _last.After = call;
            _last = call;
        }
    }

    /// <summary>Nothing happens when it isn't in it any more.</summary>
    public void Remove(Call call)
    {
        lock (_lock)
        {
            if (call.List is null)
                return;
            if (call.Before is null)
                _first = call.After;
            else
                call.Before.After = call.After;
            if (call.After is null)
                _last = call.Before;
            else
                call.After.Before = call.Before;
            (call.Before, call.After, call.List) = (null, null, null);
        }
    }

    /// <summary>Those that began at this time or before, in timestamps.</summary>
    public void CopyTo(List<Call> calls, long begunAtMost)
    {
        lock (_lock)
        {
            for (var call = _first; call is not null && call.BegunAt <= begunAtMost; call = call.After)
                calls.Add(call);
        }
    }
}
