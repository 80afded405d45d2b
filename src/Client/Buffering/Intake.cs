namespace GpuCredit.Client.Buffering;

/// <summary>
/// The one lock of a buffer: what comes in, what was taken out, what is decided, and who waits for room or for a flush.
/// Entries are numbered from 1 in the order of acceptance.
/// </summary>
internal sealed class Intake(IBacklog backlog, Lock gate, int batchEntriesMax, TimeSpan batchDelay, TimeProvider time, ClientMetrics metrics)
{
    private readonly LinkedList<Waiter> _waiters = new();
    private readonly Queue<Ticket> _tickets = new();
    private readonly List<(long Last, TaskCompletionSource Done)> _flushes = [];
    private TaskCompletionSource _changed = NewSignal();
    private long _accepted = backlog.Recovered;
    private long _taken;
    private long _decidedUpTo;
    private long _decided;
    private long _flushUpTo;
    private long _waitingSince = time.GetTimestamp();
    private bool _isClosed;

    /// <summary>Entries that aren't decided.</summary>
    public long Held
    {
        get
        {
            lock (gate)
                return _accepted - _decided;
        }
    }

    public long Bytes
    {
        get
        {
            lock (gate)
                return backlog.Bytes;
        }
    }

    /// <summary>A hot path: never waits.</summary>
    public AddResult TryAdd(in Entry entry)
    {
        AddResult result;
        lock (gate)
        {
            result = _isClosed ? AddResult.Closed
                : _waiters.Count == 0 && TryAppend(in entry) ? AddResult.Accepted
                : AddResult.Full;
        }

        if (result == AddResult.Accepted)
            metrics.Added();
        else
            metrics.NotTaken();
        return result;
    }

    /// <summary>Waits for room behind those who wait already.</summary>
    public async Task<AddResult> AddAsync(Entry entry, CancellationToken cancellation)
    {
        LinkedListNode<Waiter> place;
        lock (gate)
        {
            if (_isClosed)
                return AddResult.Closed;
            place = _waiters.AddLast(new Waiter(entry));
            // There may be room by now.
            LetIn();
        }

        await using var registration = cancellation.UnsafeRegister(_ => GiveUp(place, cancellation), null);
        var result = await place.Value.Task;
        if (result == AddResult.Accepted)
            metrics.Added();
        return result;
    }

    /// <summary>Waits until a batch is worth taking: full, old enough, or asked for. False when nothing will come any more.</summary>
    public async Task<bool> ReadyAsync(CancellationToken stop)
    {
        while (true)
        {
            Task changed;
            TimeSpan wait;
            lock (gate)
            {
                var waiting = _accepted - _taken;
                if (waiting == 0 && _isClosed)
                    return false;
                wait = waiting == 0 ? Timeout.InfiniteTimeSpan
                    : waiting >= batchEntriesMax || _isClosed || _flushUpTo > _taken ? TimeSpan.Zero
                    : batchDelay - time.GetElapsedTime(_waitingSince);
                if (waiting > 0 && wait <= TimeSpan.Zero)
                    return true;
                if (_changed.Task.IsCompleted)
                    _changed = NewSignal();
                changed = _changed.Task;
            }

            using var until = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny(changed, Task.Delay(wait, time, until.Token));
            await until.CancelAsync();
            stop.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Takes a batch; null when there is none after all. Only one takes at a time.</summary>
    public Batch? Take()
    {
        int count;
        lock (gate)
            count = (int)Math.Min(batchEntriesMax, _accepted - _taken);
        if (count == 0)
            return null;
        var entries = new Entry[count];
        var taken = backlog.Take(entries);
        lock (gate)
        {
            _taken += taken.Count;
            // What stays came later than what goes; when exactly isn't kept.
            _waitingSince = time.GetTimestamp();
            var ticket = new Ticket(_taken, taken);
            _tickets.Enqueue(ticket);
            return new Batch(entries, taken, ticket);
        }
    }

    /// <summary>Every entry of the batch is decided, and those that were refused are given back.</summary>
    public void Done(Batch batch)
    {
        List<TaskCompletionSource>? flushed = null;
        lock (gate)
        {
            backlog.Decided(batch.Taken);
            _decided += batch.Taken.Count;
            batch.Ticket.IsDone = true;
            Ticket? last = null;
            while (_tickets.TryPeek(out var first) && first.IsDone)
                last = _tickets.Dequeue();
            if (last is not null)
            {
                _decidedUpTo = last.Last;
                backlog.DecidedUpTo(last.Taken);
                flushed = TakeFlushed();
            }

            LetIn();
        }

        flushed?.ForEach(flush => flush.TrySetResult());
    }

    /// <summary>Completes when everything that was accepted before is decided.</summary>
    public Task FlushAsync(CancellationToken cancellation)
    {
        TaskCompletionSource done;
        lock (gate)
        {
            if (_decidedUpTo >= _accepted)
                return Task.CompletedTask;
            _flushUpTo = _accepted;
            done = NewSignal();
            _flushes.Add((_accepted, done));
            _changed.TrySetResult();
        }

        return done.Task.WaitAsync(cancellation);
    }

    /// <summary>Takes no more entries; who waits is told so.</summary>
    public void Close()
    {
        lock (gate)
        {
            _isClosed = true;
            foreach (var waiter in _waiters)
                waiter.TrySetResult(AddResult.Closed);
            _waiters.Clear();
            _changed.TrySetResult();
        }
    }

    /// <summary>What was never taken, once nobody takes any more.</summary>
    public IEnumerable<Entry> TakeRest()
    {
        while (Take() is { } batch)
        {
            for (var i = 0; i < batch.Undecided; i++)
                yield return batch.Left()[i];
        }
    }

    /// <summary>Nobody waits any longer for what won't be sent.</summary>
    public void Abandon()
    {
        lock (gate)
        {
            foreach (var (_, done) in _flushes)
                done.TrySetException(new ObjectDisposedException(nameof(EntryBuffer), "The buffer was closed before everything in it was decided."));
            _flushes.Clear();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool TryAppend(in Entry entry)
    {
        if (!backlog.TryAppend(in entry))
            return false;
        _accepted++;
        var waiting = _accepted - _taken;
        if (waiting == 1)
            _waitingSince = time.GetTimestamp();
        // Between the first and the last of a batch nobody needs to be woken.
        if (waiting == 1 || waiting == batchEntriesMax)
            _changed.TrySetResult();
        return true;
    }

    private void LetIn()
    {
        while (_waiters.First is { } first)
        {
            try
            {
                if (!TryAppend(first.Value.Entry))
                    return;
                first.Value.TrySetResult(AddResult.Accepted);
            }
            catch (IOException e)
            {
                first.Value.TrySetException(e);
            }

            _waiters.RemoveFirst();
        }
    }

    private void GiveUp(LinkedListNode<Waiter> place, CancellationToken cancellation)
    {
        lock (gate)
        {
            // Whoever was let in, or told, is no longer in the list.
            if (place.List is null)
                return;
            _waiters.Remove(place);
            place.Value.TrySetCanceled(cancellation);
        }
    }

    private List<TaskCompletionSource> TakeFlushed()
    {
        var flushed = new List<TaskCompletionSource>();
        for (var i = _flushes.Count - 1; i >= 0; i--)
        {
            if (_flushes[i].Last > _decidedUpTo)
                continue;
            flushed.Add(_flushes[i].Done);
            _flushes.RemoveAt(i);
        }

        return flushed;
    }
}
