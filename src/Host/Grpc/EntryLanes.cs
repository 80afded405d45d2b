using CreditActors.Protocol;
using CreditActors.Sharding;
using Google.Protobuf.Collections;

namespace GpuCredit.Host.Grpc;

/// <summary>
/// The entries of one stream on their way to their accounts: a lane for each account, which has one batch under way at a time and
/// gathers meanwhile. Two batches of one account could overtake each other where one of them is lost and sent again; so
/// the entries of an account are decided in the order of the stream, and those of different accounts side by side.
/// </summary>
/// <param name="accounts">Where they go.</param>
/// <param name="fail">Told of a fault, after which the stream ends.</param>
/// <param name="cancellation">Ends every lane.</param>
internal sealed class EntryLanes(AccountClient accounts, Action<Exception> fail, CancellationToken cancellation)
{
    /// <summary>A lane that has held more is not kept for another account: many of them would hold much for nothing.</summary>
    private const int SpareCapacityMax = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);
    private readonly Stack<Lane> _spare = new();
    private readonly List<Lane> _toStart = [];
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running = 1; // the stream itself, until it takes nothing more

    /// <summary>Entries taken since the last <see cref="Send"/>.</summary>
    public int Gathered { get; private set; }

    /// <summary>Takes a message's entries; those that can't be read are decided at once.</summary>
    public void Take(StreamGroup group, RepeatedField<V1.Entry> entries)
    {
        lock (_gate)
        {
            for (var i = 0; i < entries.Count; i++)
            {
                var draft = EntryMessages.Read(entries[i]);
                if (draft.Refusal is { } refusal)
                    group.Decide(i, EntryOutcome.Rejected(refusal));
                else
                    LaneOf(draft.AccountId).Waiting.Add(new Place(group, i, draft.Entry!));
            }
        }

        group.Seal();
        Gathered += entries.Count;
    }

    /// <summary>Sends what has gathered, except where the account's last batch isn't decided yet: that follows it.</summary>
    public void Send()
    {
        foreach (var lane in _toStart)
        {
            Interlocked.Increment(ref _running);
            _ = RunAsync(lane);
        }

        _toStart.Clear();
        Gathered = 0;
    }

    /// <summary>Nothing more is taken; completes when no lane runs.</summary>
    public Task IdleAsync()
    {
        CountDown();
        return _idle.Task;
    }

    private Lane LaneOf(string accountId)
    {
        if (_lanes.TryGetValue(accountId, out var lane))
            return lane;
        if (!_spare.TryPop(out lane))
            lane = new Lane();
        lane.AccountId = accountId;
        _lanes.Add(accountId, lane);
        _toStart.Add(lane);
        return lane;
    }

    private async Task RunAsync(Lane lane)
    {
        try
        {
            while (TryNext(lane))
            {
                var batch = lane.Sending;
                if (batch.Count == 1)
                    batch[0].Decide(await accounts.RecordAsync(lane.AccountId, batch[0].Entry, cancellation));
                else
                    await RecordAsync(lane.AccountId, batch);
                batch.Clear();
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The stream is over: nobody is left to be told.
        }
        catch (Exception fault)
        {
            fail(fault);
        }
        finally
        {
            CountDown();
        }
    }

    private async Task RecordAsync(string accountId, List<Place> batch)
    {
        var entries = new AccountEntry[batch.Count];
        for (var i = 0; i < entries.Length; i++)
            entries[i] = new AccountEntry(accountId, batch[i].Entry);
        var outcomes = await accounts.RecordAsync(entries, cancellation);
        for (var i = 0; i < entries.Length; i++)
            batch[i].Decide(outcomes[i]);
    }

    /// <summary>False when nothing waits any more: the lane is put away.</summary>
    private bool TryNext(Lane lane)
    {
        lock (_gate)
        {
            if (lane.Waiting.Count > 0)
            {
                (lane.Sending, lane.Waiting) = (lane.Waiting, lane.Sending);
                return true;
            }

            _lanes.Remove(lane.AccountId);
            if (lane.Waiting.Capacity + lane.Sending.Capacity <= SpareCapacityMax)
                _spare.Push(lane);
            return false;
        }
    }

    private void CountDown()
    {
        if (Interlocked.Decrement(ref _running) == 0)
            _idle.SetResult();
    }

    /// <summary>An entry, and where its outcome goes.</summary>
    private readonly record struct Place(StreamGroup Group, int Position, CreditActors.Ledger.Entry Entry)
    {
        public void Decide(EntryOutcome outcome) => Group.Decide(Position, outcome);
    }

    private sealed class Lane
    {
        public string AccountId = "";
        public List<Place> Waiting = [];
        public List<Place> Sending = [];
    }
}
