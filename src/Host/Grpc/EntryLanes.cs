using CreditActors.Protocol;
using CreditActors.Sharding;
using Google.Protobuf.Collections;

namespace GpuCredit.Host.Grpc;

/// <summary>
/// The entries of one stream on their way to their accounts. Those of many accounts go together in one call; but an account has one of its own under way at a time, and
/// gathers meanwhile. Two calls with entries of one account could overtake each other where one of them is lost and sent again; so
/// the entries of an account are decided in the order of the stream, and those of different accounts side by side.
/// </summary>
/// <param name="accounts">Where they go.</param>
/// <param name="fail">Told of a fault, after which the stream ends.</param>
/// <param name="cancellation">Ends every call.</param>
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

    /// <summary>Sends what has gathered, except where the account has entries under way: that follows them.</summary>
    public void Send()
    {
        Gathered = 0;
        if (_toStart.Count == 0)
            return;
        Start(new Batch(this, _toStart));
        _toStart.Clear();
    }

    /// <summary>Nothing more is taken; completes when no call is under way.</summary>
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

    private void Start(Batch batch)
    {
        Interlocked.Increment(ref _running);
        _ = RunAsync(batch);
    }

    private async Task RunAsync(Batch batch)
    {
        try
        {
            await accounts.RecordAsync(batch.Entries, batch, cancellation);
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
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

    /// <summary>All that the lane had under way is decided: what waits follows; where nothing does, the lane is put away.</summary>
    private void Follow(Lane lane)
    {
        lock (_gate)
        {
            if (lane.Waiting.Count == 0)
            {
                _lanes.Remove(lane.AccountId);
                if (lane.Waiting.Capacity <= SpareCapacityMax)
                    _spare.Push(lane);
                return;
            }
        }

        if (!cancellation.IsCancellationRequested)
            Start(new Batch(this, [lane]));
    }

    private void CountDown()
    {
        if (Interlocked.Decrement(ref _running) == 0)
            _idle.TrySetResult(); // a second time where an account's answer comes when its call was cancelled
    }

    /// <summary>An entry, and where its outcome goes.</summary>
    private readonly record struct Place(StreamGroup Group, int Position, CreditActors.Ledger.Entry Entry);

    private sealed class Lane
    {
        public string AccountId = "";
        public List<Place> Waiting = [];
        public int UnderWay;
    }

    /// <summary>One call: all that waits in some lanes.</summary>
    private sealed class Batch : IOutcomeSink
    {
        private readonly EntryLanes _owner;
        private readonly (Place Place, Lane Lane)[] _places;

        public Batch(EntryLanes owner, List<Lane> lanes)
        {
            _owner = owner;
            lock (owner._gate)
            {
                var count = 0;
                foreach (var lane in lanes)
                    count += lane.Waiting.Count;
                Entries = new AccountEntry[count];
                _places = new (Place, Lane)[count];
                var position = 0;
                foreach (var lane in lanes)
                {
                    lane.UnderWay = lane.Waiting.Count;
                    foreach (var place in lane.Waiting)
                    {
                        Entries[position] = new AccountEntry(lane.AccountId, place.Entry);
                        _places[position++] = (place, lane);
                    }

                    lane.Waiting.Clear();
                }
            }
        }

        public AccountEntry[] Entries { get; }

        public void Decided(int position, EntryOutcome outcome)
        {
            var (place, lane) = _places[position];
            place.Group.Decide(place.Position, outcome);
            if (Interlocked.Decrement(ref lane.UnderWay) == 0)
                _owner.Follow(lane);
        }
    }
}
