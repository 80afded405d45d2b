namespace GpuCredit.Client;

/// <summary>Many entries in requests of a bounded size, those that are unavailable again: the same for both transports.</summary>
internal sealed class EntryCalls(IEntrySender sender, int batchEntriesMax, CallRetry retry)
{
    public async Task<IReadOnlyList<EntryOutcome>> RecordAsync(ReadOnlyMemory<Entry> entries, CancellationToken cancellation)
    {
        var outcomes = new EntryOutcome[entries.Length];
        var requestMax = batchEntriesMax;
        for (var done = 0; done < outcomes.Length;)
        {
            var count = Math.Min(requestMax, outcomes.Length - done);
            var piece = new Piece(entries.Slice(done, count), outcomes.AsMemory(done, count));
            await retry.CallAsync(once => SendAsync(piece, once), cancellation);
            if (!piece.IsTooLarge)
                done += count;
            else if (count == 1)
                throw new GpuCreditException("The server takes not even one entry of this size at once.", isTransient: false);
            else
                requestMax = (count + 1) / 2;
        }

        return outcomes;
    }

    private async Task<Piece> SendAsync(Piece piece, CancellationToken cancellation)
    {
        var result = await sender.SendAsync(piece.Open(), cancellation);
        piece.Take(result);
        return piece.IsTooLarge || result.Outcomes is not null ? piece : throw result.Fault!;
    }

    /// <summary>The entries of one request, and which of them have no final outcome yet.</summary>
    private sealed class Piece : IRetriedOutcome
    {
        private readonly ReadOnlyMemory<Entry> _entries;
        private readonly Memory<EntryOutcome> _outcomes;
        private int[] _open;

        public Piece(ReadOnlyMemory<Entry> entries, Memory<EntryOutcome> outcomes)
        {
            _entries = entries;
            _outcomes = outcomes;
            _open = new int[entries.Length];
            for (var i = 0; i < _open.Length; i++)
                _open[i] = i;
        }

        public bool IsTooLarge { get; private set; }

        public bool IsUnavailable => _open.Length > 0 && !IsTooLarge;

        public TimeSpan? RetryAfter { get; private set; }

        public ReadOnlyMemory<Entry> Open() =>
            _open.Length == _entries.Length ? _entries : Array.ConvertAll(_open, i => _entries.Span[i]);

        public void Take(SendResult result)
        {
            IsTooLarge = result.IsTooLarge;
            RetryAfter = result.RetryAfter;
            if (result.Outcomes is not { } answered)
                return;
            var unavailable = new List<int>();
            for (var i = 0; i < answered.Count; i++)
            {
                _outcomes.Span[_open[i]] = answered[i];
                if (answered[i].Status == OutcomeStatus.Unavailable)
                    unavailable.Add(_open[i]);
            }

            _open = [.. unavailable];
        }
    }
}
