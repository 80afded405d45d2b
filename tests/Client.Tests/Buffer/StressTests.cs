using System.Collections.Concurrent;
using Client.Tests.Running;
using Client.Tests.Spool;
using GpuCredit.Client;

namespace Client.Tests.Buffer;

/// <summary>Many who add at once to a small buffer, and a server that is moody: in the end each entry was decided once, and nothing is held.</summary>
public sealed class StressTests(ITestOutputHelper output)
{
    private const int Callers = 8;
    private const int EntriesEach = 2_000;

    [Theory]
    [InlineData(null)]
    [InlineData(SpoolDurability.Buffered)]
    [InlineData(SpoolDurability.Written)]
    public async Task Every_entry_is_acknowledged_or_given_back_and_none_is_both(SpoolDurability? durability)
    {
        var seed = Seeds.Take(output);
        using var folder = new SpoolFolder();
        var ledger = new ConcurrentDictionary<string, int>();
        var refused = new ConcurrentDictionary<string, int>();
        var sender = new MoodySender(seed, ledger);
        var options = new EntryBufferOptions
        {
            EntriesMax = 500,
            BatchEntriesMax = 64,
            BatchDelay = TimeSpan.FromMilliseconds(1),
            Retry = BatchTests.Quick,
            RefusedMax = 10,
            Spool = durability is { } kind ? new() { Folder = folder.Path, SegmentBytes = 64 * 1024, BytesMax = 192 * 1024, Durability = kind } : null,
            OnRefused = (entry, _) =>
            {
                refused.AddOrUpdate(entry.Entry.Id, 1, (_, count) => count + 1);
                return ValueTask.CompletedTask;
            },
        };
        await using (var buffer = new EntryBuffer(sender, options))
        {
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
            {
                for (var i = 0; i < EntriesEach; i++)
                {
                    Assert.Equal(AddResult.Accepted, await buffer.AddUsageAsync($"a{i % 10}", 1, i, $"{caller}-{i}"));
                    if (i % 700 == 0)
                        await buffer.FlushAsync();
                }
            }))).WaitAsync(TimeSpan.FromMinutes(1));
            await buffer.FlushAsync().WaitAsync(TimeSpan.FromMinutes(1));
            Assert.Equal(0, buffer.Held);
        }

        Assert.Equal(Callers * EntriesEach, ledger.Count + refused.Count);
        Assert.Empty(ledger.Keys.Intersect(refused.Keys));
        Assert.All(refused, entry => Assert.Equal((true, 1), (MoodySender.IsBad(entry.Key), entry.Value)));
    }

    /// <summary>Is away, answers half, says "too large", forgets to answer after having stored, refuses what is bad.</summary>
    private sealed class MoodySender(int seed, ConcurrentDictionary<string, int> ledger) : IEntrySender
    {
        private readonly Random _random = new(seed);

        public static bool IsBad(string id) => id.EndsWith("13", StringComparison.Ordinal);

        public async Task<SendResult> SendAsync(ReadOnlyMemory<Entry> entries, CancellationToken cancellation)
        {
            await Task.Yield();
            var sent = entries.ToArray();
            var mood = Draw(10);
            if (mood == 0)
                return ScriptedSender.Away();
            if (mood == 1 && sent.Length > 20)
                return SendResult.TooLarge("less, please");
            if (mood == 2)
                throw new InvalidOperationException("a bad day");
            var answer = ScriptedSender.Each(sent, entry =>
                IsBad(entry.Id) ? OutcomeStatus.Rejected
                : mood == 3 && Draw(2) == 0 ? OutcomeStatus.Unavailable
                : ledger.TryAdd(entry.Id, 1) ? OutcomeStatus.Recorded
                : OutcomeStatus.Duplicate);
            return mood == 4 ? ScriptedSender.Away() : answer;
        }

        private int Draw(int below)
        {
            lock (_random)
                return _random.Next(below);
        }
    }
}
